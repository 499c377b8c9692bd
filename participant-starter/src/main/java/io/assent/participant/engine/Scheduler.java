package io.assent.participant.engine;

import java.time.Duration;

/** Runs something once, later. */
@FunctionalInterface
public interface Scheduler {
    void schedule(Runnable task, Duration delay);
}
