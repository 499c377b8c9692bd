package io.assent.participant.autoconfigure;

import io.assent.participant.engine.InDoubtResolver;
import org.springframework.context.SmartLifecycle;

/** Sweeps from the start of the application to its end. */
final class SweepLifecycle implements SmartLifecycle {

    private final InDoubtResolver resolver;
    private volatile boolean running;

    SweepLifecycle(InDoubtResolver resolver) {
        this.resolver = resolver;
    }

    @Override
    public void start() {
        running = true;
        resolver.start();
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
}
