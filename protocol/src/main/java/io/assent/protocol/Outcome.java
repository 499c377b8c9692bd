package io.assent.protocol;

/** What finally happened, once every branch has ended. */
public enum Outcome {
    COMMITTED,
    ROLLED_BACK,
    /** Decided ROLLBACK, but every branch that could be heard of had been committed by somebody else. */
    HEURISTIC_COMMIT,
    /** Decided COMMIT, but every branch that could be heard of had been rolled back by somebody else. */
    HEURISTIC_ROLLBACK,
    /** Some branches committed and some rolled back. */
    HEURISTIC_MIXED,
    /** A person closed the transaction while the state of a branch was unknown. */
    HEURISTIC_HAZARD;

    /** Whether a branch ended against the decision, or may have. */
    public boolean heuristic() {
        return this != COMMITTED && this != ROLLED_BACK;
    }
}
