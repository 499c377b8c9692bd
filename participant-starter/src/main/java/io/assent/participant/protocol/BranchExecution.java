package io.assent.participant.protocol;

import io.assent.protocol.Vote;
import org.jspecify.annotations.Nullable;

/**
 * One execution of a branch as a state machine: one method per event, each returning the next state or refusing.
 *
 * @param phase where it stands
 * @param rollbackReason why it can only roll back, or null while it may still be prepared
 */
public record BranchExecution(BranchPhase phase, @Nullable String rollbackReason) {

    /** The reason when there is no better one. */
    public static final String BY_THE_FRAMEWORK = "the local transaction was rolled back";

    /** What to do when the framework wants to commit the local transaction. */
    public enum AtCommit {
        /** Nobody else takes part: an ordinary commit. */
        COMMIT,
        /** If something was written, the marker row, then PREPARE TRANSACTION; else an ordinary commit. */
        PREPARE,
        /** It cannot be prepared any more. */
        ROLL_BACK
    }

    /** The state at the arrival of the work call. */
    public static BranchExecution working() {
        return new BranchExecution(BranchPhase.WORKING, null);
    }

    /** Whether a local transaction may begin; if not, {@link #whyNoTransaction()} tells why. */
    public boolean mayBeginTransaction() {
        return switch (phase) {
            case WORKING, READ_ONLY -> true;
            case OPEN, PREPARING, UNCERTAIN, PREPARED, COMMITTED_LOCALLY, COMMIT_UNKNOWN, ROLLED_BACK -> false;
        };
    }

    /** For the developer who meets it. */
    public String whyNoTransaction() {
        return switch (phase) {
            case WORKING, READ_ONLY -> "a local transaction may begin";
            case OPEN -> "the call is over; its local transaction is held open until the branch is asked for its vote";
            case PREPARING, UNCERTAIN, PREPARED, COMMITTED_LOCALLY, COMMIT_UNKNOWN ->
                "the first local transaction of this call has already been prepared for the global one; a call is one"
                        + " branch with one writing transaction: put one @Transactional around the whole of it";
            case ROLLED_BACK ->
                "the first local transaction of this call has already been rolled back, and so will the global one";
        };
    }

    /** A local transaction begins. */
    public BranchExecution transactionBegun() {
        return switch (phase) {
            case WORKING, READ_ONLY -> new BranchExecution(BranchPhase.WORKING, rollbackReason);
            case OPEN, PREPARING, UNCERTAIN, PREPARED, COMMITTED_LOCALLY, COMMIT_UNKNOWN, ROLLED_BACK ->
                throw unexpected("a transaction");
        };
    }

    /** Late prepare: the call is over, and its local transaction is held open. */
    public BranchExecution suspended() {
        return switch (phase) {
            case WORKING -> new BranchExecution(BranchPhase.OPEN, rollbackReason);
            case OPEN, READ_ONLY, PREPARING, UNCERTAIN, PREPARED, COMMITTED_LOCALLY, COMMIT_UNKNOWN, ROLLED_BACK ->
                throw unexpected("suspended");
        };
    }

    /** Late prepare: a thread works on the local transaction again. */
    public BranchExecution resumed() {
        return switch (phase) {
            case OPEN -> new BranchExecution(BranchPhase.WORKING, rollbackReason);
            case WORKING, READ_ONLY, PREPARING, UNCERTAIN, PREPARED, COMMITTED_LOCALLY, COMMIT_UNKNOWN, ROLLED_BACK ->
                throw unexpected("resumed");
        };
    }

    /**
     * The framework wants to commit.
     *
     * @param alone whether no other branch needs the decision (initiator only)
     */
    public AtCommit commitReached(boolean alone) {
        return switch (phase) {
            case WORKING -> {
                if (rollbackReason != null) {
                    yield AtCommit.ROLL_BACK;
                }
                yield alone ? AtCommit.COMMIT : AtCommit.PREPARE;
            }
            case OPEN, READ_ONLY, PREPARING, UNCERTAIN, PREPARED, COMMITTED_LOCALLY, COMMIT_UNKNOWN, ROLLED_BACK ->
                throw unexpected("commit");
        };
    }

    /** The ordinary commit of {@link AtCommit#COMMIT} is done. */
    public BranchExecution committed(boolean wrote) {
        return switch (phase) {
            case WORKING ->
                new BranchExecution(wrote ? BranchPhase.COMMITTED_LOCALLY : BranchPhase.READ_ONLY, rollbackReason);
            case OPEN, READ_ONLY, PREPARING, UNCERTAIN, PREPARED, COMMITTED_LOCALLY, COMMIT_UNKNOWN, ROLLED_BACK ->
                throw unexpected("committed");
        };
    }

    /** The ordinary commit of {@link AtCommit#COMMIT} had no clean reply, after something had been written (R8). */
    public BranchExecution commitReplyLost() {
        return switch (phase) {
            case WORKING -> new BranchExecution(BranchPhase.COMMIT_UNKNOWN, rollbackReason);
            case OPEN, READ_ONLY, PREPARING, UNCERTAIN, PREPARED, COMMITTED_LOCALLY, COMMIT_UNKNOWN, ROLLED_BACK ->
                throw unexpected("lost reply to commit");
        };
    }

    /** PREPARE TRANSACTION is about to be sent. */
    public BranchExecution preparing() {
        return switch (phase) {
            case WORKING -> new BranchExecution(BranchPhase.PREPARING, rollbackReason);
            case OPEN, READ_ONLY, PREPARING, UNCERTAIN, PREPARED, COMMITTED_LOCALLY, COMMIT_UNKNOWN, ROLLED_BACK ->
                throw unexpected("prepare");
        };
    }

    /** The reply did not come. A timeout is never a vote (R2): the caller looks. */
    public BranchExecution replyLost() {
        return switch (phase) {
            case PREPARING -> new BranchExecution(BranchPhase.UNCERTAIN, rollbackReason);
            case WORKING, OPEN, READ_ONLY, UNCERTAIN, PREPARED, COMMITTED_LOCALLY, COMMIT_UNKNOWN, ROLLED_BACK ->
                throw unexpected("lost reply");
        };
    }

    /** It is in {@code pg_prepared_xacts}, or the reply said so. */
    public BranchExecution prepared() {
        return switch (phase) {
            case PREPARING, UNCERTAIN -> new BranchExecution(BranchPhase.PREPARED, rollbackReason);
            case WORKING, OPEN, READ_ONLY, PREPARED, COMMITTED_LOCALLY, COMMIT_UNKNOWN, ROLLED_BACK ->
                throw unexpected("prepared");
        };
    }

    /**
     * Nothing of it will remain. Also said of a PREPARED one whose vote has not left and which was rolled back again
     * (R5), and of one whose fate is uncertain: the vote ROLLBACK is safe either way, because a ref that is in no commit
     * set is never ordered to commit.
     */
    public BranchExecution rolledBack(String reason) {
        return switch (phase) {
            case WORKING, OPEN, READ_ONLY, PREPARING, UNCERTAIN, PREPARED, ROLLED_BACK ->
                new BranchExecution(BranchPhase.ROLLED_BACK, rollbackReason != null ? rollbackReason : reason);
            case COMMITTED_LOCALLY, COMMIT_UNKNOWN -> throw unexpected("rolled back");
        };
    }

    /** Whether all that is known of its end is that the framework rolled the local transaction back. */
    public boolean rolledBackByTheFramework() {
        return BY_THE_FRAMEWORK.equals(rollbackReason);
    }

    /** It must not be prepared, or its prepared state must not be voted for; the first reason stays. */
    public BranchExecution doomed(String reason) {
        return rollbackReason != null ? this : new BranchExecution(phase, reason);
    }

    /** What to say of it when the work call has ended (R2). */
    public Vote vote() {
        if (rollbackReason != null) {
            return Vote.ROLLBACK;
        }
        return switch (phase) {
            case WORKING, READ_ONLY, COMMITTED_LOCALLY -> Vote.READ_ONLY;
            case OPEN -> Vote.PENDING;
            case PREPARED -> Vote.PREPARED;
            case PREPARING, UNCERTAIN, COMMIT_UNKNOWN, ROLLED_BACK -> Vote.ROLLBACK;
        };
    }

    private IllegalStateException unexpected(String event) {
        return new IllegalStateException("A branch that is " + phase + " cannot meet: " + event);
    }
}
