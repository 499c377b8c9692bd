package io.assent.coordinator.recovery;

import io.assent.coordinator.engine.Scheduler;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs one pass after the other, never two at once. A pass that fails is followed by the next one: what it should have
 * taken over stays due. A full batch is followed at once, since there is more.
 *
 * <p>Thread-safe.
 */
final class RecoverySchedule implements Recovery {

    private static final Logger log = LoggerFactory.getLogger(RecoverySchedule.class);

    private final Supplier<CompletionStage<Integer>> pass;
    private final Scheduler scheduler;
    private final RandomGenerator random;
    private final RecoveryProperties properties;
    private final Object lock = new Object();
    private boolean running;
    private boolean passing;
    private long turn;
    private boolean failing;
    private Scheduler.@Nullable Cancellable next;

    RecoverySchedule(
            Supplier<CompletionStage<Integer>> pass,
            Scheduler scheduler,
            RandomGenerator random,
            RecoveryProperties properties) {
        this.pass = pass;
        this.scheduler = scheduler;
        this.random = random;
        this.properties = properties;
    }

    @Override
    public void start() {
        synchronized (lock) {
            if (!running) {
                running = true;
                // One that was under way when it was stopped is followed by the next one when it ends.
                if (!passing) {
                    schedule(Duration.ZERO);
                }
            }
        }
    }

    @Override
    public void stop() {
        synchronized (lock) {
            running = false;
            if (next != null) {
                next.cancel();
            }
        }
    }

    private void run(long mine) {
        synchronized (lock) {
            if (!running || mine != turn) {
                // It was called off when it had already begun.
                return;
            }
            passing = true;
        }
        CompletionStage<Integer> taken;
        try {
            taken = pass.get();
        } catch (RuntimeException e) {
            ended(null, e);
            return;
        }
        taken.whenComplete(this::ended);
    }

    private void ended(@Nullable Integer taken, @Nullable Throwable failure) {
        synchronized (lock) {
            if (failure != null && !failing) {
                log.warn("A recovery pass failed; the next one is tried in about {}", properties.interval(), failure);
            } else if (failure == null && failing) {
                log.info("Recovery passes work again");
            }
            failing = failure != null;
            passing = false;
            schedule(taken != null && taken >= properties.batch() ? Duration.ZERO : spread());
        }
    }

    private Duration spread() {
        long nanos = properties.interval().toNanos();
        return Duration.ofNanos(nanos - nanos / 4 + random.nextLong(nanos / 2 + 1));
    }

    private void schedule(Duration delay) {
        if (running) {
            long mine = ++turn;
            next = scheduler.schedule(delay, () -> run(mine));
        }
    }
}
