package io.assent.coordinator.engine;

import io.assent.coordinator.protocol.Branch;
import io.assent.coordinator.protocol.RollbackCause;
import io.assent.coordinator.protocol.TransactionRecord;
import io.assent.protocol.TransactionId;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Port: hears what happens, for logs, metrics and traces. What a listener does not care for it need not have. Must not block and
 * must not throw. Thread-safe.
 */
public interface TransactionListener {

    /** A transaction was begun. */
    default void begun(TransactionRecord transaction) {}

    /** A branch was enlisted. */
    default void enlisted(TransactionId transaction, Branch branch) {}

    /**
     * This instance was given a decision by a clean write.
     *
     * @param cause of a ROLLBACK that this instance wrote; null otherwise
     * @param won whether this instance wrote it
     * @param took the time from the request
     */
    default void decided(TransactionRecord transaction, @Nullable RollbackCause cause, boolean won, Duration took) {}

    /** Whether the decision was written is not known; it is asked for again in {@code retryIn}. */
    default void indeterminate(TransactionId transaction, @Nullable String detail, Duration retryIn) {}

    /** A branch has ended as ordered. */
    default void acknowledged(TransactionId transaction, Branch branch) {}

    /** A branch did not acknowledge; the next attempt is made in {@code retryIn}. */
    default void unacknowledged(TransactionId transaction, Branch branch, Duration retryIn) {}

    /** A branch ended against the decision: a person is needed. */
    default void heuristic(TransactionId transaction, Branch branch) {}

    /** Every branch has ended. */
    default void completed(TransactionRecord transaction) {}

    /** Recovery took over a transaction that was left behind. */
    default void recovered(TransactionRecord transaction) {}

    /** A begin or a commit was refused as overloaded; it has decided nothing. Happens often when it happens. */
    default void refused(Refused why) {}

    /** Which bound was met. */
    enum Refused {
        /** Too many requests of this log wait for a decision. */
        UNDECIDED,
        /** Too many transactions are in memory. */
        IN_FLIGHT,
        /** A participant that the commit names has too many branches to end. */
        PARTICIPANT
    }
}
