package io.assent.coordinator.engine;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before the next attempt: doubles from {@code first} to {@code longest}; each wait is spread at random
 * over its second half, so that what failed together does not come back together.
 *
 * @param first before the second attempt; positive
 * @param longest never more than this; at least {@code first}
 */
public record Backoff(Duration first, Duration longest) {

    public Backoff {
        if (first.isNegative() || first.isZero() || longest.compareTo(first) < 0) {
            throw new IllegalArgumentException(
                    "backoff from " + first + " to " + longest + ": expected 0 < first <= longest");
        }
    }

    /** The wait after the {@code attempt}-th attempt, counted from 1. */
    Duration after(int attempt, RandomGenerator random) {
        int doublings = Math.min(Math.max(attempt - 1, 0), 30);
        long nanos = first.toNanos();
        long cap = longest.toNanos();
        nanos = nanos > (cap >> doublings) ? cap : nanos << doublings;
        return Duration.ofNanos(nanos / 2 + random.nextLong(nanos / 2 + 1));
    }
}
