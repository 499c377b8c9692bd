package io.assent.participant;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The programmatic form of {@link GlobalTransactional}, with the same rules and exceptions. Thread-safe. */
public interface GlobalTransactionTemplate {

    /** {@link #execute(String, Duration, Callback)} with the name "template" and the default timeout. */
    <T extends @Nullable Object, X extends Throwable> T execute(Callback<T, X> callback) throws X;

    /**
     * Runs the callback in a global transaction, or joins the one that this thread is in.
     *
     * @param name a label for people, up to 128 characters
     * @param timeout 100 ms to one hour; ignored when joining
     * @return what the callback returned, once COMMIT is decided
     * @throws X what the callback threw; everything is rolled back then
     * @throws GlobalTransactionRolledBackException if it returned and the transaction rolled back nevertheless
     * @throws GlobalTransactionRefusedException if nothing was started, because this service has enough to do
     * @throws GlobalTransactionOutcomeUnknownException if nobody could tell the decision in time
     * @throws IllegalStateException if a local transaction is active that does not belong to a global one
     */
    <T extends @Nullable Object, X extends Throwable> T execute(String name, Duration timeout, Callback<T, X> callback)
            throws X;

    /** The work. */
    @FunctionalInterface
    interface Callback<T extends @Nullable Object, X extends Throwable> {
        T run() throws X;
    }
}
