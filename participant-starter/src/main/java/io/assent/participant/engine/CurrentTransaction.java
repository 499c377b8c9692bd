package io.assent.participant.engine;

import org.jspecify.annotations.Nullable;

/**
 * The global transaction that a thread works in. A thread-local of the JVM for the same reason as in Spring's
 * TransactionSynchronizationManager: interceptors of different owners meet here. The engine itself never reads it.
 */
public final class CurrentTransaction {

    private static final ThreadLocal<GlobalTransactionContext> CURRENT = new ThreadLocal<>();

    private CurrentTransaction() {}

    /** Null outside of any global transaction, and while it is suspended. */
    public static @Nullable GlobalTransactionContext get() {
        return CURRENT.get();
    }

    public static void set(GlobalTransactionContext context) {
        CURRENT.set(context);
    }

    public static void clear() {
        CURRENT.remove();
    }
}
