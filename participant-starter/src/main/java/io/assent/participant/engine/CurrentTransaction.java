package io.assent.participant.engine;

import org.jspecify.annotations.Nullable;

/**
 * The global transaction that a thread works in. A thread-local of the JVM for the same reason as in Spring's
 * TransactionSynchronizationManager: interceptors of different owners meet here. The engine itself never reads it.
 */
public final class CurrentTransaction {

    private static final ThreadLocal<GlobalTransactionContext> CURRENT = new ThreadLocal<>();

    /** What a reactive pipeline carried to this thread: enough to make calls in, not to work in. */
    private static final ThreadLocal<GlobalTransactionContext> CARRIED = new ThreadLocal<>();

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

    /** The transaction that calls from this thread belong to. */
    public static @Nullable GlobalTransactionContext forCalls() {
        GlobalTransactionContext current = CURRENT.get();
        return current != null ? current : CARRIED.get();
    }

    /** Lets calls from this thread, and nothing else, belong to the transaction; null ends that. */
    public static void carry(@Nullable GlobalTransactionContext context) {
        if (context == null) {
            CARRIED.remove();
        } else {
            CARRIED.set(context);
        }
    }
}
