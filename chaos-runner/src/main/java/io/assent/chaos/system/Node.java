package io.assent.chaos.system;

/** One server of the system that can be broken. Its port stays the same. Thread-safe. */
public interface Node {

    /** Such as {@code coordinator-1}. */
    String name();

    /** Where it listens, whatever stands between it and others. */
    Endpoint endpoint();

    /** Ends it at once ({@code SIGKILL}); it stays down until {@link #start()}. Nothing happens when it is down. */
    void kill();

    /** Starts it after {@link #kill()} and returns at once if it can; {@link #awaitReady()} waits. */
    void start();

    /** Returns when it takes requests; throws a {@code RuntimeException} that says why if it does not in time. */
    void awaitReady();

    /** Whether it takes requests now. */
    boolean isReady();

    /** Stops it in the middle of whatever it does ({@code SIGSTOP}, a server's child processes included). */
    void pause();

    /** Lets it go on ({@code SIGCONT}). */
    void resume();
}
