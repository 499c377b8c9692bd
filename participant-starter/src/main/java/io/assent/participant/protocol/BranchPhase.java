package io.assent.participant.protocol;

/** Where one execution of a branch stands, as far as this process knows. */
public enum BranchPhase {
    /** The work call runs; nothing was promised. The branch may roll back alone (R5). */
    WORKING,
    /** Late prepare: no call runs, the local transaction is held open. Asked for its vote, it prepares. */
    OPEN,
    /** The local transaction wrote nothing and has ended. Another one may follow. */
    READ_ONLY,
    /** PREPARE TRANSACTION is under way. */
    PREPARING,
    /** The reply to PREPARE TRANSACTION was lost: look before voting. */
    UNCERTAIN,
    /** In doubt: ends only by a decision once the vote has left. */
    PREPARED,
    /** An initiator's branch that committed without the coordinator, because nobody else had written. */
    COMMITTED_LOCALLY,
    /** The same, but the reply to COMMIT was lost: it may have committed, and no coordinator knows of it (R8). */
    COMMIT_UNKNOWN,
    ROLLED_BACK
}
