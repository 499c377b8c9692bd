package io.assent.protocol;

/** What a participant says of a branch in phase one (R2). */
public enum Vote {
    /** In doubt: durable, and ends only by a decision (R5). */
    PREPARED,
    /** Nothing was written; the branch is left out of the commit set. */
    READ_ONLY,
    /** Rolled back, or will be; the transaction cannot commit. */
    ROLLBACK,
    /** Not voted yet: the coordinator has to ask. Never counts as a yes. */
    PENDING
}
