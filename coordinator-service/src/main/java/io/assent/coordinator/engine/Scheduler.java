package io.assent.coordinator.engine;

import java.time.Duration;

/** Port: runs things later. Thread-safe. Tasks must not block. */
public interface Scheduler {

    /**
     * Runs {@code task} once, not before {@code delay} has passed.
     *
     * @return cancels the task if it has not started
     */
    Cancellable schedule(Duration delay, Runnable task);

    /** Something that can be called off. */
    interface Cancellable {

        /** Calls it off; does nothing if it has started. */
        void cancel();
    }
}
