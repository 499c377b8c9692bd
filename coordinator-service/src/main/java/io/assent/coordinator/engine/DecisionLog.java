package io.assent.coordinator.engine;

import io.assent.coordinator.protocol.Branch;
import io.assent.coordinator.protocol.ExpectedBranch;
import io.assent.coordinator.protocol.TransactionRecord;
import io.assent.protocol.BranchId;
import io.assent.protocol.BranchRef;
import io.assent.protocol.BranchState;
import io.assent.protocol.Decision;
import io.assent.protocol.TransactionId;
import io.assent.protocol.TransactionToken;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Port: the write-once register per transaction, and what is kept around it.
 *
 * <p>Every write here is durable and synchronously replicated before its stage completes with anything but
 * {@link Status#INDETERMINATE} or {@link Status#UNAVAILABLE}; a cancelled wait for the standby is INDETERMINATE (L1).
 * That holds for begin, enlist and close as well: an enlisted branch that a failover forgets would be left out of the
 * commit set. It does not hold for {@link #record}.
 *
 * <p>No stage ever completes exceptionally for a reason that lies outside the program: such reasons are statuses. Stages
 * may complete on any thread. Implementations are thread-safe. Every call is idempotent, so INDETERMINATE and
 * UNAVAILABLE may be answered by calling again (L3).
 */
public interface DecisionLog {

    /** How a call on the log ended. */
    enum Status {
        /** Clean: what is returned is durable, replicated and may be told (R4). */
        OK,
        /** No such transaction and it was not written. */
        ABSENT,
        /** There is none, and its id is older than the longest lifetime; nothing was written (R9). */
        TOO_OLD,
        /** The id lies more than five minutes ahead of the database's clock; nothing was written (R9). */
        IN_FUTURE,
        /** It is there with other content; what is there is returned. */
        CONFLICT,
        /** It is there and belongs to somebody else; nothing was written, and nothing of it is returned. */
        FOREIGN,
        /** It takes no more branches: commit requested, decided or past its deadline; what is there is returned. */
        CLOSED,
        /** It has as many branches as it may have. */
        FULL,
        /** Whether it was written is not known: a lost reply, a broken connection, a cancelled wait (R8). */
        INDETERMINATE,
        /** There is a row of this id that cannot be read. Asking again does not help before a person has repaired it. */
        UNREADABLE,
        /**
         * The log was restored and may have lost the decision: nothing is written, and nothing can be told, before a person
         * has ended the hold.
         */
        HELD,
        /** It was not written: no connection, not primary, no standby (L4), queue full. */
        UNAVAILABLE
    }

    /**
     * A transaction as a call left it.
     *
     * @param status how the call ended
     * @param record what is there now; never null with OK, CONFLICT and CLOSED
     * @param changed whether this call made a change; for {@code enlist}: whether the branch is new; for {@code decide}: whether this very proposal is the one that
     *     stands, also if an earlier call of the same proposal wrote it
     * @param detail for people, with INDETERMINATE and UNAVAILABLE: what happened
     * @param token of the transaction, if it was begun with OK and has one; null with every other call and status. Not in the
     *     record, so that what shows records cannot show it
     */
    record Reply(
            Status status,
            @Nullable TransactionRecord record,
            boolean changed,
            @Nullable String detail,
            @Nullable TransactionToken token) {

        /** What every call but begin returns. */
        public Reply(Status status, @Nullable TransactionRecord record, boolean changed, @Nullable String detail) {
            this(status, record, changed, detail, null);
        }
    }

    /**
     * @param id the transaction
     * @param name label, or null
     * @param timeout time from the database's now to the deadline
     * @param owner whose it is to be; null: everybody's. One that is there is told to its owner only
     * @param token what it is to take to enlist in it; null: nobody has it
     */
    record NewTransaction(
            TransactionId id,
            @Nullable String name,
            Duration timeout,
            @Nullable String owner,
            @Nullable TransactionToken token) {}

    /**
     * Something that wants to be the decision.
     *
     * @param nonce tells this proposal from every other one of the same transaction; kept when it is repeated (L3)
     * @param id the transaction
     * @param decision what is proposed
     * @param name label for a row that is not there yet
     * @param deadline COMMIT is written only if the earlier of this and the recorded deadline has not passed by the
     *     database's clock, otherwise ROLLBACK is (R10); null: only the recorded one counts
     * @param branches every execution known to the proposer; with COMMIT the set is those that voted PREPARED (R2). For
     *     a begun transaction COMMIT is written only if it is closed for enlisting; if it is not, nothing is decided and
     *     the reply is CONFLICT. If other branches are enlisted than these, ROLLBACK is written
     * @param reason why it rolls back, for people
     * @param nextAttemptIn when, from the decision, other instances may take over delivery
     * @param owner who wants it, and whose a row is to be that is not there yet; one that belongs to somebody else stays as
     *     it is: FOREIGN. Null: the system or an operator, for whom all rows are alike
     */
    record Proposal(
            long nonce,
            TransactionId id,
            Decision decision,
            @Nullable String name,
            @Nullable Instant deadline,
            List<Branch> branches,
            @Nullable String reason,
            Duration nextAttemptIn,
            @Nullable String owner) {}

    /**
     * What became of one branch since it was last recorded.
     *
     * @param id the branch
     * @param ref the execution
     * @param state the fact reported, or null if none
     * @param acknowledged whether it has ended as ordered; once true it stays true
     * @param attempts orders sent so far
     * @param lastError why the last one brought no fact
     */
    record BranchProgress(
            BranchId id,
            @Nullable BranchRef ref,
            @Nullable BranchState state,
            boolean acknowledged,
            int attempts,
            @Nullable String lastError) {}

    /**
     * Progress of phase two. The log derives the outcome from all that was recorded. Recording it also confirms the decision: only who was given the decision by a clean write
     * may record progress (R4).
     *
     * @param id the transaction
     * @param branches what is new; merged by (branch, ref), an execution that is not there is ignored
     * @param complete whether every branch that the recorder knew has ended; the log keeps the transaction open if it
     *     holds an execution that has not
     * @param nextAttemptIn when another attempt is due; null when complete, or when only a person can go on
     */
    record Progress(
            TransactionId id,
            List<BranchProgress> branches,
            boolean complete,
            @Nullable Duration nextAttemptIn) {}

    /**
     * What was read. Claims nothing about the future; a decision in it may be told only if confirmed (R4).
     *
     * @param status OK or UNAVAILABLE
     * @param records by id; an id that is not there is missing
     * @param unreadable ids that are there with a damaged row, and ids that are not there but may have been before the log
     *     was restored: nothing can be said of them, least of all that they are forgotten
     * @param now the database's clock
     * @param horizon ids older than this may have been forgotten (R9)
     */
    record Reading(
            Status status,
            Map<TransactionId, TransactionRecord> records,
            Set<TransactionId> unreadable,
            Instant now,
            Instant horizon) {}

    /**
     * Begins: writes an undecided row. OK also when an equal one (name and timeout) was there; CONFLICT otherwise, or if it is
     * decided; FOREIGN if it is somebody else's. The token returned is the one that was written first; null if that has none,
     * or was begun by an owner other than exactly this.
     */
    CompletionStage<Reply> begin(NewTransaction transaction);

    /**
     * Enlists a branch of a begun transaction. OK also when it was there with equal participant, url and ref; a vote is
     * added where there was none; {@code changed} only if the branch is new. CONFLICT: the branch is there with other data. ABSENT, TOO_OLD, CLOSED, FULL.
     *
     * @param token if it is not exactly the transaction's, which may have none, the reply is as if there were no such
     *     transaction, and nothing is written. Null: it is not looked at
     */
    CompletionStage<Reply> enlist(TransactionId id, Branch branch, @Nullable TransactionToken token);

    /**
     * The commit request closes a begun transaction for enlisting and records what the client expects; the branch set
     * returned is final. OK also when it was closed before ({@code changed} is false then, and the recorded expectation
     * stays). ABSENT if never begun. A decided transaction is returned as it is.
     *
     * @param owner who asks; FOREIGN if it is somebody else's. Null: somebody who may close all
     */
    CompletionStage<Reply> close(TransactionId id, @Nullable List<ExpectedBranch> expected, @Nullable String owner);

    /**
     * The commit point (R1). Writes always, also when it loses (R4). {@code OK} carries the decision that stands, whoever
     * proposed it. COMMIT for a begun transaction that is not closed for enlisting, or in which other executions are
     * enlisted than the proposal names, decides nothing: CONFLICT with the undecided record, so that the proposer closes it
     * and looks again. COMMIT of an id that has no record and is older than the longest lifetime: TOO_OLD; ROLLBACK of an id
     * below the horizon that has no record: TOO_OLD. A row of another owner is not changed in any way: FOREIGN.
     */
    CompletionStage<Reply> decide(Proposal proposal);

    /** Adds executions to a decided transaction so that its decision is delivered to them too; opens it again if it was complete. */
    CompletionStage<Reply> adopt(TransactionId id, List<Branch> branches);

    /**
     * Records progress. The one write that does not wait until it is durable and replicated: what a failover takes back costs
     * repeated orders, never atomicity.
     */
    CompletionStage<Reply> record(Progress progress);

    /** A person closes a transaction with a heuristic outcome. CONFLICT if it has none or is complete. */
    CompletionStage<Reply> resolve(TransactionId id, String reason);

    /** Reads; never from a standby (L6). */
    CompletionStage<Reading> find(Collection<TransactionId> ids);

    /**
     * Takes transactions whose next attempt is due, oldest first, and moves their next attempt by {@code lease}, so that
     * no other instance takes them meanwhile: decided ones that are not complete, and begun ones that are undecided past
     * their deadline. Never others.
     */
    CompletionStage<List<TransactionRecord>> claim(int limit, Duration lease);
}
