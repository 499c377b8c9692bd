package io.assent.conformance.model;

/** What a wrong participant does wrong, and the case that has to notice it. The table in docs/participants.md is this one. */
public enum Bug {
    ACKNOWLEDGES_NEVER_SEEN("answers COMMITTED to COMMIT of a branch it has never seen", "commit-never-seen"),
    COMMITS_WITHOUT_DECISION("commits its work at once and votes prepared nevertheless", "prepared-is-invisible"),
    FORGETS_PREPARED_AFTER_RESTART("keeps its branches in doubt in memory only", "restart-prepared-commit"),
    FORGETS_COMMITTED_AFTER_RESTART("keeps its markers of committed branches in memory only", "restart-committed"),
    FORGETS_TOMBSTONE_AFTER_RESTART("keeps its tombstones in memory only", "restart-tombstone"),
    WRITES_NO_TOMBSTONE("works for a call that comes after the ROLLBACK order", "late-work"),
    WORKS_TWICE("takes a repeated work call for a new one", "duplicate-work"),
    IGNORES_REF("commits whatever execution of the branch there is", "commit-of-another-ref"),
    COMMITS_WITHOUT_REF("takes a COMMIT order without ref", "commit-without-ref"),
    REVERSES("rolls a committed branch back, and undoes its work", "commit-then-rollback"),
    ACKNOWLEDGES_BEFORE_DOING("answers COMMITTED, and commits later", "commit"),
    ROLLS_BACK_AT_DEADLINE("rolls back alone after it has voted, when the deadline passes", "deadline-passed"),
    TAKES_ERRORS_FOR_ROLLBACK("rolls back when an inquiry is answered with an error", "inquiry-no-answer"),
    NEVER_ASKS("waits for an order for ever", "inquiry-commit"),
    ANSWERS_FOR_OTHERS("carries out orders that are meant for another participant", "another-participant"),
    VOTES_FOR_NEVER_SEEN("votes PREPARED for whatever it is asked", "prepare-never-seen"),
    CONFIRMS_THE_FIRST_ORDER_ONLY("gives the result of the first order for all in the message", "many-orders"),
    TAKES_GARBAGE("answers 200 to what is no message", "garbage"),
    WORKS_OUTSIDE_ON_BAD_HEADER("works outside of any transaction when it cannot read the header", "header-garbage"),
    PREPARES_WITHOUT_ENLISTING("prepares although it could not enlist", "enlist-refused"),
    ENLISTS_WITHOUT_TOKEN("enlists without the token that came with the call", "enlist"),
    STATUS_404("answers 404 for a branch that it has never seen", "status");

    private final String description;
    private final String noticedBy;

    Bug(String description, String noticedBy) {
        this.description = description;
        this.noticedBy = noticedBy;
    }

    /** What it does, after "A participant that". */
    public String description() {
        return description;
    }

    /** The id of the case. */
    public String noticedBy() {
        return noticedBy;
    }
}
