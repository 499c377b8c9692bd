package io.assent.protocol;

/** The fact that a participant reports about one execution of a branch (R7). Only the coordinator calls it heuristic. */
public enum BranchState {
    PREPARED,
    COMMITTED,
    ROLLED_BACK,
    /** No trace of it. Never an acknowledgement of COMMIT; for ROLLBACK it is one once the tombstone is durable. */
    NEVER_SEEN,
    /** Somebody else is finishing it at this moment: ask again. */
    BUSY
}
