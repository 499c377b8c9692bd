package io.assent.coordinator.management;

import java.time.Duration;
import java.time.InstantSource;

/**
 * So many lines of one kind in a minute. A participant that is away can leave thousands of transactions behind, each of which
 * would have its line every few seconds; nobody reads those, and they fill disks. Thread-safe.
 */
final class LineBudget {

    /** Whether to write a line. */
    enum Answer {
        /** Write it. */
        WRITE,
        /** Write it, and that it is the last one for a while. */
        WRITE_AND_PAUSE,
        /** The budget is used up. */
        LEAVE_OUT
    }

    private static final long PERIOD_MILLIS = Duration.ofMinutes(1).toMillis();

    private final InstantSource clock;
    private final int most;
    private long began = Long.MIN_VALUE;
    private int written;

    /** @param most lines in a minute, 1 or more; the minute begins with the first of them */
    LineBudget(InstantSource clock, int most) {
        this.clock = clock;
        this.most = most;
    }

    synchronized Answer next() {
        long now = clock.millis();
        if (written == 0 || now - began >= PERIOD_MILLIS) {
            began = now;
            written = 0;
        }
        if (written == most) {
            return Answer.LEAVE_OUT;
        }
        written++;
        return written == most ? Answer.WRITE_AND_PAUSE : Answer.WRITE;
    }
}
