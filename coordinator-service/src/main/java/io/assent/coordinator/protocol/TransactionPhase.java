package io.assent.coordinator.protocol;

/** Where one coordinator instance stands with a transaction. Reasons and attempts are fields, never phases. */
public enum TransactionPhase {
    /** Nothing was asked of this instance yet, or the log refused to write: nothing is under way. */
    ACTIVE,
    /** The commit request closes a begun transaction for enlisting; its branch set is not known yet. */
    CLOSING,
    /** Votes are asked for. */
    PREPARING,
    /** A proposal is on its way to the log; what stands is not known yet. */
    DECIDING,
    /** COMMIT stands; a member has not acknowledged, or an execution outside the set has not. */
    COMMITTING,
    /** ROLLBACK stands; an execution has not acknowledged. */
    ROLLING_BACK,
    /** Every execution that is known here has ended, or a person closed the transaction. */
    COMPLETED
}
