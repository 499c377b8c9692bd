package io.assent.coordinator.recovery;

/** Recovery passes of one log, one after the other, while they are wanted. Thread-safe. */
public interface Recovery {

    /** Begins; does nothing if it has begun. */
    void start();

    /** No pass starts after this; what one has taken over goes on, or is left to other instances when its lease ends. */
    void stop();
}
