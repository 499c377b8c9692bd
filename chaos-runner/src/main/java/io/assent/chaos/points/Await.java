package io.assent.chaos.points;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/** Waits for a condition by looking at it. */
final class Await {

    private static final Duration POLL = Duration.ofMillis(50);

    private Await() {}

    /** Whether the condition was true within this time; a look that fails counts as false. */
    static boolean until(Duration longest, Callable<Boolean> condition) {
        long end = System.nanoTime() + longest.toNanos();
        while (!holds(condition)) {
            if (System.nanoTime() - end > 0 || Thread.currentThread().isInterrupted()) {
                return false;
            }
            LockSupport.parkNanos(POLL.toNanos());
        }
        return true;
    }

    private static boolean holds(Callable<Boolean> condition) {
        try {
            return condition.call();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            return false;
        }
    }
}
