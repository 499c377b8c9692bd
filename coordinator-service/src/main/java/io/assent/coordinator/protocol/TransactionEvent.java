package io.assent.coordinator.protocol;

/** What can happen to a transaction; one method of {@link GlobalTransaction} each. */
public enum TransactionEvent {
    COMMIT_REQUESTED,
    ROLLBACK_REQUESTED,
    CLOSED,
    VOTED,
    VOTE_UNKNOWN,
    DEADLINE_PASSED,
    DECIDED,
    DECISION_INDETERMINATE,
    PROPOSAL_CONFLICTED,
    NOT_WRITTEN,
    REPORTED,
    ORDER_FAILED,
    REDELIVERY_DUE,
    ADOPTED,
    RECOVERED,
    RESOLVED
}
