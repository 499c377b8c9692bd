package io.assent.chaos.simulation;

/** Where a process is killed: the list of FAULTS. Each has to be hit in every {@link Shape} of transaction. */
enum CrashPoint {
    COORDINATOR_BEFORE_BEGIN("coordinator: before begin"),
    COORDINATOR_AFTER_BEGIN("coordinator: after begin"),
    COORDINATOR_BEFORE_ENLIST("coordinator: before enlist"),
    COORDINATOR_AFTER_ENLIST("coordinator: after enlist"),
    COORDINATOR_AFTER_SOME_PREPARES("coordinator: after k of n prepares"),
    COORDINATOR_AFTER_SOME_VOTES("coordinator: after k votes"),
    COORDINATOR_BEFORE_DECIDE("coordinator: all votes, before decide"),
    COORDINATOR_DECIDE_UNREAD("coordinator: decide sent, reply unread"),
    COORDINATOR_BEFORE_ORDERS("coordinator: decided, before any order"),
    COORDINATOR_AFTER_SOME_ORDERS("coordinator: after k of n orders"),
    COORDINATOR_BEFORE_ACKNOWLEDGED("coordinator: acknowledgement received, before it is recorded"),
    COORDINATOR_BEFORE_COMPLETION("coordinator: all acknowledged, before completion"),
    COORDINATOR_BEFORE_REPLY("coordinator: completed, before the reply"),
    COORDINATOR_AFTER_CLAIM("coordinator: in a recovery pass after the claim"),
    COORDINATOR_CLEANUP("coordinator: during cleanup"),
    PARTICIPANT_BEFORE_WRITE("participant: before business write"),
    PARTICIPANT_AFTER_WRITE("participant: after business write"),
    PARTICIPANT_BEFORE_PREPARE("participant: before PREPARE"),
    PARTICIPANT_PREPARED("participant: prepared, vote not sent"),
    PARTICIPANT_IN_DOUBT("participant: in doubt, idle"),
    PARTICIPANT_ORDERED("participant: decision received, before COMMIT PREPARED"),
    PARTICIPANT_COMMITTED("participant: committed, before the reply"),
    PARTICIPANT_INQUIRY("participant: in its own inquiry"),
    PARTICIPANT_ROLLBACK("participant: in a rollback before prepare"),
    PARTICIPANT_CLEANUP("participant: in its cleanup"),
    INITIATOR_BETWEEN_BRANCHES("initiator: between branches"),
    INITIATOR_COMMIT_SENT("initiator: commit sent"),
    INITIATOR_REPLY_LOST("initiator: reply lost");

    private final String text;

    CrashPoint(String text) {
        this.text = text;
    }

    /** Whether a transaction of this shape can get there at all. */
    boolean reachable(Shape shape) {
        return switch (this) {
            // A commit is decided only if nobody says no, and one call alone has nothing between it and the next.
            case PARTICIPANT_ORDERED, PARTICIPANT_COMMITTED -> shape.allYes();
            // The only branch says no, so nothing is prepared.
            case PARTICIPANT_PREPARED, PARTICIPANT_IN_DOUBT, PARTICIPANT_INQUIRY ->
                shape.allYes() || shape.branches() != Shape.Size.ONE;
            case INITIATOR_BETWEEN_BRANCHES -> shape.branches() != Shape.Size.ONE;
            default -> true;
        };
    }

    @Override
    public String toString() {
        return text;
    }
}
