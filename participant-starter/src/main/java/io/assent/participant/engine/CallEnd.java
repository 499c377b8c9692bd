package io.assent.participant.engine;

import io.assent.participant.protocol.BranchPhase;
import io.assent.protocol.Vote;
import io.assent.protocol.header.BranchVote;
import io.assent.protocol.wire.ProblemType;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What has to be done when a work call has ended and before it is answered: in the enlisted flow the coordinator learns of
 * the branch, and in both flows the votes are found. Thread-safe.
 */
public final class CallEnd {

    private static final Logger log = LoggerFactory.getLogger(CallEnd.class);

    private final BranchService branches;
    private final CoordinatorClient coordinator;
    private final WorkEnd workEnd;

    /**
     * What to answer.
     *
     * @param votes the call's own first
     * @param refusal why the answer must be an error; null: the application's answer
     */
    public record Announcement(
            List<BranchVote> votes, @Nullable Refusal refusal) {

        /** The vote of the call itself. */
        public BranchVote own() {
            return votes.get(0);
        }
    }

    /**
     * An error in place of the application's answer.
     *
     * @param detail for people
     */
    public record Refusal(ProblemType type, String detail) {}

    public CallEnd(BranchService branches, CoordinatorClient coordinator) {
        this(branches, coordinator, WorkEnd.NONE);
    }

    /** @param workEnd what prepares the branch, where no local transaction does */
    public CallEnd(BranchService branches, CoordinatorClient coordinator, WorkEnd workEnd) {
        this.branches = branches;
        this.coordinator = coordinator;
        this.workEnd = workEnd;
    }

    /** Ends the work, enlists what still has to be, and votes. */
    public Announcement announce(GlobalTransactionContext context) {
        String unprepared = workEnd.end(context);
        Announcement announcement = announceEnded(context);
        // A call that repeats another one is told so.
        return unprepared == null || context.duplicate() != null
                ? announcement
                : new Announcement(announcement.votes(), new Refusal(ProblemType.TRANSACTION_ROLLED_BACK, unprepared));
    }

    private Announcement announceEnded(GlobalTransactionContext context) {
        if (context.collect()) {
            return new Announcement(branches.votes(context), null);
        }
        BranchVote open = branches.openVote(context);
        if (open != null) {
            // Before anybody else can use the branch: once the transaction is closed, the work of this call must not
            // slip in.
            CoordinatorClient.EnlistAnswer answer =
                    coordinator.enlist(context.id(), context.token(), open, context.remaining());
            if (answer.enlisted()) {
                context.enlisted();
                return new Announcement(branches.votes(context), null);
            }
            Refusal refusal = refusal(answer);
            context.setRollbackOnly(refusal.detail());
            return new Announcement(branches.votes(context), refusal);
        }
        List<BranchVote> votes = branches.votes(context);
        // A prepared branch has been enlisted before; its vote is asked for. The others are known from here on.
        if (context.own().phase() == BranchPhase.PREPARED || context.duplicate() != null) {
            return new Announcement(votes, null);
        }
        BranchVote own = votes.get(0);
        CoordinatorClient.EnlistAnswer answer =
                coordinator.enlist(context.id(), context.token(), own, context.remaining());
        if (answer.enlisted()) {
            return new Announcement(votes, null);
        }
        if (own.vote() != Vote.ROLLBACK) {
            return new Announcement(votes, refusal(answer));
        }
        log.warn(
                "Transaction {}, branch {}: rolled back, and the coordinator could not be told ({}); the caller is",
                context.id(),
                context.branch(),
                answer.detail());
        return new Announcement(votes, null);
    }

    private static Refusal refusal(CoordinatorClient.EnlistAnswer answer) {
        return new Refusal(ProblemType.TRANSACTION_CLOSED, "the branch could not be enlisted: " + answer.detail());
    }
}
