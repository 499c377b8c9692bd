package io.assent.coordinator.recovery;

import io.assent.coordinator.engine.TransactionCoordinator;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * The last part of an orderly end: no request comes any more, the last ones were answered. What is under way is finished
 * within a bound, and the rest is left to the other instances, which need not wait for it to become overdue.
 */
final class HandOver implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(HandOver.class);

    private static final Duration POLL = Duration.ofMillis(10);

    private final TransactionCoordinator coordinator;
    private final Duration finishWithin;
    private volatile boolean running;

    HandOver(TransactionCoordinator coordinator, Duration finishWithin) {
        this.coordinator = coordinator;
        this.finishWithin = finishWithin;
    }

    @Override
    public void start() {
        running = true;
    }

    @Override
    public void stop() {
        running = false;
        long deadline = System.nanoTime() + finishWithin.toNanos();
        // What waits for a participant that is away is not waited for.
        while (coordinator.inFlight() > coordinator.redelivering() && System.nanoTime() - deadline < 0) {
            LockSupport.parkNanos(POLL.toNanos());
        }
        try {
            int left = coordinator.handOver().get(finishWithin.toMillis(), TimeUnit.MILLISECONDS);
            if (left > 0) {
                log.info("{} decided transactions are left to other instances; they take them over now.", left);
            }
        } catch (TimeoutException | ExecutionException e) {
            log.warn(
                    "Unfinished transactions could not be handed over; other instances find them when they are overdue.");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
