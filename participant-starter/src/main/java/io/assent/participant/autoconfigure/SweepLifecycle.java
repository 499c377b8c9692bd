package io.assent.participant.autoconfigure;

import io.assent.participant.engine.InDoubtResolver;
import io.assent.participant.engine.LateBranches;
import io.assent.participant.engine.Scheduler;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/** Sweeps, and ends what was open for too long, from the start of the application to its end. */
final class SweepLifecycle implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(SweepLifecycle.class);

    private static final Duration EXPIRY_INTERVAL = Duration.ofMillis(500);

    private final InDoubtResolver resolver;
    private final LateBranches late;
    private final Scheduler scheduler;
    private volatile boolean running;

    SweepLifecycle(InDoubtResolver resolver, LateBranches late, Scheduler scheduler) {
        this.resolver = resolver;
        this.late = late;
        this.scheduler = scheduler;
    }

    @Override
    public void start() {
        running = true;
        resolver.start();
        scheduler.schedule(this::expire, EXPIRY_INTERVAL);
    }

    @Override
    public void stop() {
        running = false;
        resolver.stop();
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    private void expire() {
        if (!running) {
            return;
        }
        try {
            late.expire();
        } catch (RuntimeException e) {
            log.warn("Open branches could not be looked after; next attempt in {}: {}", EXPIRY_INTERVAL, e.toString());
        }
        scheduler.schedule(this::expire, EXPIRY_INTERVAL);
    }
}
