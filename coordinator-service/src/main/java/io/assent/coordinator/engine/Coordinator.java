package io.assent.coordinator.engine;

import io.assent.coordinator.protocol.Branch;
import io.assent.coordinator.protocol.ExpectedBranch;
import io.assent.coordinator.protocol.RollbackCause;
import io.assent.protocol.BranchId;
import io.assent.protocol.BranchRef;
import io.assent.protocol.InquiryAnswer;
import io.assent.protocol.ParticipantName;
import io.assent.protocol.TransactionId;
import io.assent.protocol.TransactionToken;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * What the coordinator does for its callers. Any instance can serve any call of any transaction.
 *
 * <p>Thread-safe. No call blocks; stages may complete on any thread and never exceptionally for a reason that lies
 * outside the program.
 */
public interface Coordinator {

    /**
     * @param id the caller's id, or null: one is made
     * @param name label, or null
     * @param timeout to the deadline, checked by the caller to be in range
     * @param owner who asks, and whose it is to be; null: somebody who may do all, and it is everybody's
     */
    record Begin(
            @Nullable TransactionId id,
            @Nullable String name,
            Duration timeout,
            @Nullable String owner) {}

    /**
     * @param id the transaction
     * @param name label for a collected transaction
     * @param deadline mandatory in the collected flow; for a begun transaction the earlier of this and begin's counts
     * @param collected the branch set of the collected flow; null if {@code id} must have been begun
     * @param expected for a begun transaction: what the client expects; null expects nothing in particular
     * @param patience how long the answer may wait for completion after the decision; zero answers right after it
     * @param owner who asks, if only its own transactions may be decided for it; null: all may
     */
    record Commit(
            TransactionId id,
            @Nullable String name,
            @Nullable Instant deadline,
            @Nullable List<Branch> collected,
            @Nullable List<ExpectedBranch> expected,
            Duration patience,
            @Nullable String owner) {}

    /**
     * @param id the transaction
     * @param cause for counting
     * @param reason for people
     * @param branches executions that should hear of it
     * @param patience as in {@link Commit}
     * @param owner as in {@link Commit}
     */
    record Rollback(
            TransactionId id,
            RollbackCause cause,
            @Nullable String reason,
            List<Branch> branches,
            Duration patience,
            @Nullable String owner) {

        /** Asked for by an initiator or an operator. */
        public Rollback(
                TransactionId id,
                @Nullable String reason,
                List<Branch> branches,
                Duration patience,
                @Nullable String owner) {
            this(id, RollbackCause.REQUESTED, reason, branches, patience, owner);
        }
    }

    /**
     * @param transaction the transaction
     * @param branch the branch in doubt
     * @param ref its execution
     * @param deadline as the participant knows it; a recorded one wins (R10)
     */
    record Inquiry(
            TransactionId transaction,
            BranchId branch,
            BranchRef ref,
            @Nullable Instant deadline) {}

    /**
     * @param inquiry what was asked
     * @param answer what may be told now
     */
    record Inquired(Inquiry inquiry, InquiryAnswer answer) {}

    /** CREATED, with the transaction's token; TRANSACTION_CONFLICT, TOO_OLD, IN_FUTURE, UNAVAILABLE, OVERLOADED. */
    CompletionStage<Answer> begin(Begin request);

    /**
     * CREATED, OK (equal again, or a vote added), BRANCH_CONFLICT, CLOSED, BRANCH_LIMIT, NOT_ALLOWED, NOT_FOUND, TOO_OLD, UNAVAILABLE.
     *
     * @param token with another one than the transaction's it hears what it would hear if there were none; null: whoever asks
     *     need not have it
     */
    CompletionStage<Answer> enlist(TransactionId id, Branch branch, @Nullable TransactionToken token);

    /**
     * Runs the protocol: closes, asks for missing votes, decides, delivers. COMPLETE, PENDING, ROLLED_BACK, SET_CONFLICT,
     * NOT_ALLOWED, BRANCH_LIMIT, IN_FUTURE, NOT_FOUND, TOO_OLD, UNKNOWN, HELD, UNAVAILABLE, OVERLOADED.
     *
     * <p>Which of the two flows a request with branches belongs to is told by the record: for a begun transaction the
     * branches are what the client expects, otherwise they are the set. A caller that has both forms gives both.
     *
     * <p>A transaction of another owner: TRANSACTION_CONFLICT if the request has a set, since one that does not exist would be
     * decided; otherwise NOT_FOUND. Neither has any effect.
     */
    CompletionStage<Answer> commit(Commit request);

    /**
     * COMPLETE, PENDING, COMMITTED, NOT_ALLOWED, IN_FUTURE, TOO_OLD, UNKNOWN, HELD, UNAVAILABLE, OVERLOADED; of a transaction
     * of another owner TRANSACTION_CONFLICT, without effect.
     */
    CompletionStage<Answer> rollback(Rollback request);

    /** OK, NOT_FOUND, TRANSACTION_CONFLICT (there is nothing heuristic to resolve), UNAVAILABLE. */
    CompletionStage<Answer> resolve(TransactionId id, String reason);

    /**
     * An operator wants the orders that are not acknowledged to be tried now, by this instance, instead of when their next
     * attempt is due. OK, NOT_FOUND, TRANSACTION_CONFLICT (not decided, or complete), UNAVAILABLE, OVERLOADED.
     */
    CompletionStage<Answer> retry(TransactionId id);

    /** One answer per inquiry; what cannot be known now is UNDECIDED. */
    CompletionStage<List<Inquired>> inquire(ParticipantName participant, List<Inquiry> inquiries);

    /**
     * OK, NOT_FOUND, TOO_OLD, UNAVAILABLE. Writes nothing.
     *
     * @param owner who asks: of a transaction of another owner it hears what it would hear if there were none; null: sees all
     */
    CompletionStage<Answer> find(TransactionId id, @Nullable String owner);
}
