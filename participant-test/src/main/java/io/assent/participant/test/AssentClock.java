package io.assent.participant.test;

import io.assent.participant.engine.BranchService;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * The starter's clock in this application. It runs as the system's does, and can be set forward; before and after each
 * test method it shows the system's time again. Thread-safe.
 *
 * <p><b>What it moves:</b> how much of a transaction's time this application believes is left (so its branches refuse work,
 * votes and calls once the deadline has passed), how long it repeats requests to the coordinator, and the time in the ids
 * of transactions that it starts (one that starts more than five minutes ahead is refused by the coordinator).
 *
 * <p><b>What it does not move:</b> clocks never decide, and deadlines are checked against the decision log's database.
 * So neither the coordinator's idea of a deadline nor the age of branches in doubt, which PostgreSQL tells, changes, and
 * timers (sweeps, pauses between attempts, HTTP timeouts) and the application's own clocks go on as ever. To see a
 * deadline pass at the coordinator, give the transaction a short timeout and wait.
 */
public final class AssentClock {

    private Duration ahead = Duration.ZERO;

    AssentClock() {}

    /** What the starter takes for the time now. */
    public Instant instant() {
        return Instant.now().plus(ahead());
    }

    /**
     * Sets it forward.
     *
     * @throws IllegalArgumentException if the duration is negative: time that was seen does not come back
     */
    public synchronized void advance(Duration duration) {
        if (duration.isNegative()) {
            throw new IllegalArgumentException("A clock is set forward only, not by " + duration);
        }
        ahead = ahead.plus(duration);
    }

    /** Shows the system's time again; for between two tests. */
    public synchronized void reset() {
        ahead = Duration.ZERO;
    }

    private synchronized Duration ahead() {
        return ahead;
    }

    BranchService.Runtime moving(BranchService.Runtime runtime) {
        InstantSource clock = runtime.clock();
        return new BranchService.Runtime(() -> clock.instant().plus(ahead()), runtime.pause(), runtime.random());
    }
}
