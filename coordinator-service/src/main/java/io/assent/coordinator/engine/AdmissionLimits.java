package io.assent.coordinator.engine;

import java.time.Duration;

/**
 * What an instance lets in, so that what was let in is answered in time. A value out of range is refused, never adjusted.
 *
 * @param maxUndecided how many commit and begin requests of one log may be without a decision at once; beyond it they are
 *     refused as overloaded, before anything is read or written for them; 1 to 1,000,000
 * @param maxUnacknowledged how many branches of one participant may have been decided, or be about to be, without having
 *     acknowledged; beyond it commits that name the participant wait, and are then refused before they are decided; 1 to
 *     1,000,000
 * @param patience how long they wait; zero: not at all; up to 10 s
 */
public record AdmissionLimits(int maxUndecided, int maxUnacknowledged, Duration patience) {

    private static final Duration LONGEST_WAIT = Duration.ofSeconds(10);

    public AdmissionLimits {
        within("maxUndecided", maxUndecided);
        within("maxUnacknowledged", maxUnacknowledged);
        if (patience.isNegative() || patience.compareTo(LONGEST_WAIT) > 0) {
            throw new IllegalArgumentException("patience is " + patience + ": expected PT0S to " + LONGEST_WAIT);
        }
    }

    /** What is used where nothing else is set. */
    public static AdmissionLimits defaults() {
        return new AdmissionLimits(1_000, 2_000, Duration.ofMillis(500));
    }

    private static void within(String name, int value) {
        if (value < 1 || value > 1_000_000) {
            throw new IllegalArgumentException(name + " is " + value + ": expected 1 to 1000000");
        }
    }
}
