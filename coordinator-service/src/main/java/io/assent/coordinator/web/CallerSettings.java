package io.assent.coordinator.web;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What one calling service may take of an instance. Operators are not limited, and nobody is where callers do not prove who
 * they are.
 *
 * @param maxRequestsPerSecond Begins, enlistments and commits of one service that an instance takes in a second; a message with many commits counts each; 0: as many as come (0 to 1000000).
 * @param maxOpen Requests of one service that an instance works on at once, from before the body is read until the answer; rollbacks and inquiries are counted apart, up to the same number (1 to 100000).
 * @param maxBodies Bodies of one service that an instance waits for at once (1 to 100000).
 * @param maxUndecided Transactions of one service that are begun and not decided, in all logs together; more begins are refused; 0: as many as come (0 to 1000000).
 * @param undecidedInterval Time between two counts of them (100ms to 1m).
 */
@ConfigurationProperties("assent.coordinator.callers")
public record CallerSettings(
        @DefaultValue("0") int maxRequestsPerSecond,
        @DefaultValue("500") int maxOpen,
        @DefaultValue("50") int maxBodies,
        @DefaultValue("10000") int maxUndecided,
        @DefaultValue("1s") Duration undecidedInterval) {

    private static final String PREFIX = "assent.coordinator.callers.";

    /** @throws IllegalArgumentException naming the property that is out of range, and the range */
    public CallerSettings {
        between("max-requests-per-second", maxRequestsPerSecond, 0, 1_000_000);
        between("max-open", maxOpen, 1, 100_000);
        between("max-bodies", maxBodies, 1, 100_000);
        between("max-undecided", maxUndecided, 0, 1_000_000);
        between("undecided-interval", undecidedInterval, Duration.ofMillis(100), Duration.ofMinutes(1));
    }

    private static <T extends Comparable<? super T>> void between(String property, T value, T least, T most) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw new IllegalArgumentException(
                    "%s%s must be from %s to %s, but is %s".formatted(PREFIX, property, least, most, value));
        }
    }
}
