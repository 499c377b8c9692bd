package io.assent.protocol;

/** What people are shown; the words of {@code jakarta.transaction.Status}. Reasons and attempts are fields, not states. */
public enum TransactionState {
    ACTIVE,
    /** Votes are asked for, or the result of the decision write is not known yet. */
    PREPARING,
    COMMITTING,
    COMMITTED,
    ROLLING_BACK,
    ROLLED_BACK
}
