package io.assent.coordinator.protocol;

/** Why ROLLBACK is proposed, in few words, for counting. The reason in the record is for people and has the details. */
public enum RollbackCause {
    /** The initiator or an operator asked for it. */
    REQUESTED,
    /** A branch voted ROLLBACK. */
    VOTE,
    /** A branch was asked and its vote was not heard. */
    NO_VOTE,
    /** The deadline passed first, or nobody asked for the commit before it. */
    DEADLINE,
    /** The branches are not those that the client expects, or not those that voted, or one is named wrongly. */
    BRANCHES,
    /** A decision was found that may have been lost, and this proposal was to bring it out. */
    UNCONFIRMED
}
