package io.assent.participant.engine;

/**
 * A local transaction that outlives the call that began it (late prepare). One thread uses it at a time; it may be another
 * one each time. Begun by the thread that opened it, it is on that thread until {@link #suspend()}.
 */
public interface HeldTransaction {

    /** Takes it off the current thread. */
    void suspend();

    /**
     * Puts it onto the current thread.
     *
     * @param context what the thread works in from here on
     */
    void resume(GlobalTransactionContext context);

    /** Whether the framework will only roll it back. */
    boolean rollbackOnly();

    /**
     * Ends it as the framework would at the end of the work: the branch prepares, or commits because it wrote nothing. The
     * context tells what came of it.
     *
     * @throws RuntimeException if it was rolled back instead
     */
    void commit();

    /** Ends it without a trace, unless it has ended. The thread is free of it afterwards, even if this throws. */
    void rollback();

    /** Begins them. */
    @FunctionalInterface
    interface Source {

        /**
         * A new one, on the current thread.
         *
         * @throws RuntimeException if there is none to be had
         */
        HeldTransaction begin();
    }
}
