package io.assent.participant.engine;

import io.assent.participant.protocol.PreparedBranch;
import io.assent.protocol.BranchRef;
import io.assent.protocol.InquiryAnswer;
import io.assent.protocol.TransactionId;
import io.assent.protocol.TransactionToken;
import io.assent.protocol.header.BranchVote;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The coordinator, whichever instance answers. Total: every failure is a value that says what is known. */
public interface CoordinatorClient {

    /** Asks for the commit, at every instance in turn until one tells the decision or the time is up. */
    CommitAnswer commit(CommitOrder order);

    /** Proposes ROLLBACK (R3). Best effort: without it the transaction ends at its deadline. */
    RollbackAnswer rollback(TransactionId transaction, String reason, List<BranchVote> branches);

    /**
     * Makes the branch known, durably.
     *
     * @param token as it came with the call; null: none came
     */
    EnlistAnswer enlist(
            TransactionId transaction, @Nullable TransactionToken token, BranchVote branch, Duration within);

    /** Asks about branches in doubt, at most 1,000. A branch that is missing in the answer is UNDECIDED. */
    Map<BranchRef, InquiryAnswer> inquire(List<PreparedBranch> branches);

    /**
     * A commit to ask for.
     *
     * @param transaction its id
     * @param name for people
     * @param deadline by the initiator's clock
     * @param branches everything that voted; READ_ONLY ones are shown, not decided
     * @param trace the W3C trace parent of what is done for it, or null
     */
    record CommitOrder(
            TransactionId transaction,
            String name,
            Instant deadline,
            List<BranchVote> branches,
            @Nullable String trace) {

        /** One that is not traced. */
        public CommitOrder(TransactionId transaction, String name, Instant deadline, List<BranchVote> branches) {
            this(transaction, name, deadline, branches, null);
        }

        /** The same in a trace. */
        public CommitOrder in(String parent) {
            return new CommitOrder(transaction, name, deadline, branches, parent);
        }
    }

    /** What an initiator may tell its caller. */
    enum Told {
        COMMITTED,
        ROLLED_BACK,
        /** R8. */
        UNKNOWN
    }

    /**
     * The answer to a commit request.
     *
     * @param told the decision, if known
     * @param detail for people: the reason of a rollback, or why nothing is known, or what is heuristic
     * @param retryable for ROLLED_BACK: whether doing the work again can help
     */
    record CommitAnswer(Told told, String detail, boolean retryable) {}

    /** The answer to a rollback request: COMMITTED if that stands already. */
    record RollbackAnswer(Told told, String detail) {}

    /**
     * The answer to an enlist.
     *
     * @param enlisted whether the branch is known durably
     * @param detail why not
     */
    record EnlistAnswer(boolean enlisted, String detail) {}
}
