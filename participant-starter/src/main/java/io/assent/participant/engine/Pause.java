package io.assent.participant.engine;

import java.time.Duration;

/** Lets time pass while something else makes progress: a sleep in production, a step of the clock in a simulation. */
@FunctionalInterface
public interface Pause {
    void pause(Duration duration) throws InterruptedException;
}
