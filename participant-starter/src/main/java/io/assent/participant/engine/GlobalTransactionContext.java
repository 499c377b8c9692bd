package io.assent.participant.engine;

import io.assent.participant.protocol.BranchExecution;
import io.assent.participant.protocol.DuplicateBranch;
import io.assent.protocol.BranchId;
import io.assent.protocol.BranchRef;
import io.assent.protocol.TransactionId;
import io.assent.protocol.TransactionToken;
import io.assent.protocol.Vote;
import io.assent.protocol.header.BranchVote;
import io.assent.protocol.header.BranchesHeader;
import io.assent.protocol.header.TransactionContext;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * One process's view of a global transaction while work runs in it: its own branch, the calls it made, the votes they
 * brought. Thread-safe, because answers of a reactive client arrive on other threads.
 *
 * <p>Rollback-only is sticky and has three sources: the application, a call that ended without a well-formed vote, and a
 * vote ROLLBACK. An application that catches the exception of such a call cannot undo it.
 */
public final class GlobalTransactionContext {

    private final TransactionContext received;
    private final Instant localDeadline;
    private final boolean initiator;
    private final BranchRef ref;
    private final InstantSource clock;
    private final ParticipantDirectory directory;

    private BranchExecution own = BranchExecution.working();
    private boolean committing;
    private @Nullable String failure;
    private boolean lockTimedOut;
    private boolean secondCall;
    private boolean enlisted;
    private @Nullable DuplicateBranch duplicate;
    private @Nullable BranchRef reservedFor;
    private boolean mayBePrepared;
    private int lastChild;
    private final Map<BranchId, Call> open = new LinkedHashMap<>();
    private final List<BranchVote> votes = new ArrayList<>();
    /** By origin: the process there that holds a branch of this transaction open. */
    private final Map<String, String> holders = new HashMap<>();

    /**
     * An outgoing call.
     *
     * @param branch the callee's branch
     * @param header the value of the request header
     * @param origin scheme, host and port of the callee
     */
    public record Call(BranchId branch, String header, String origin) {

        /** Without the header, which may hold a token. */
        @Override
        public String toString() {
            return "Call[branch=" + branch + ", origin=" + origin + "]";
        }
    }

    private GlobalTransactionContext(
            TransactionContext received,
            boolean initiator,
            BranchRef ref,
            InstantSource clock,
            ParticipantDirectory directory) {
        this.received = received;
        this.initiator = initiator;
        this.ref = ref;
        this.clock = clock;
        this.directory = directory;
        // What counts here is the time left, not the starter's clock (R10).
        this.localDeadline = clock.instant().plus(received.remaining());
    }

    /** For the process that starts the transaction. */
    static GlobalTransactionContext initiated(
            TransactionId id, Duration timeout, BranchRef ref, InstantSource clock, ParticipantDirectory directory) {
        TransactionContext context =
                new TransactionContext(id, BranchId.INITIATOR, clock.instant().plus(timeout), timeout, true);
        return new GlobalTransactionContext(context, true, ref, clock, directory);
    }

    /** For a call that arrived with the header. */
    static GlobalTransactionContext received(
            TransactionContext context, BranchRef ref, InstantSource clock, ParticipantDirectory directory) {
        return new GlobalTransactionContext(context, false, ref, clock, directory);
    }

    public TransactionId id() {
        return received.id();
    }

    public BranchId branch() {
        return received.branch();
    }

    /** The execution that runs here. */
    public BranchRef ref() {
        return ref;
    }

    /** By the starter's clock: for messages, not for waiting. */
    public Instant deadline() {
        return received.deadline();
    }

    /** How much time is left; zero if none. */
    public Duration remaining() {
        Duration left = Duration.between(clock.instant(), localDeadline);
        return left.isNegative() ? Duration.ZERO : left;
    }

    /** Whether votes travel back in the responses; otherwise branches enlist at the coordinator. */
    public boolean collect() {
        return received.collect();
    }

    /** What a branch needs to enlist; null where votes travel back, or none came with the call. Never to be shown. */
    public @Nullable TransactionToken token() {
        return received.token();
    }

    public boolean initiator() {
        return initiator;
    }

    /** The state of the own branch. */
    public synchronized BranchExecution own() {
        return own;
    }

    /** Moves the own branch on; atomic, since an order or an answer on another thread may doom it meanwhile. */
    public synchronized void advance(UnaryOperator<BranchExecution> event) {
        own = event.apply(own);
    }

    /** See {@link BranchExecution#doomed(String)}. */
    public synchronized void setRollbackOnly(String reason) {
        own = own.doomed(reason);
    }

    public synchronized @Nullable String rollbackReason() {
        return own.rollbackReason();
    }

    /** The application's own failure, for people; says nothing about the vote. */
    public synchronized void failedWith(String what) {
        failure = what;
    }

    /** What the application's work failed with, if it did. */
    public synchronized @Nullable String failure() {
        return failure;
    }

    /** The application's work waited for a lock in vain. */
    public synchronized void waitedForLock() {
        lockTimedOut = true;
    }

    synchronized boolean lockTimedOut() {
        return lockTimedOut;
    }

    /** Another call of the same transaction has prepared a branch in this process. */
    synchronized void secondCall(boolean value) {
        secondCall = value;
    }

    /** Whether rows that it waits for are most likely those of its own transaction, so that waiting is of no use. */
    public synchronized boolean secondCall() {
        return secondCall;
    }

    /** The coordinator knows the branch. */
    synchronized void enlisted() {
        enlisted = true;
    }

    /** Whether the coordinator has to be told of the branch before it prepares: in the enlisted flow, once. */
    public synchronized boolean toBeEnlisted() {
        return !collect() && !enlisted;
    }

    /** Whether the framework is inside the commit of the own branch's local transaction. */
    public synchronized boolean committing() {
        return committing;
    }

    public synchronized void committing(boolean value) {
        committing = value;
    }

    /**
     * The work has reserved something outside of the database.
     *
     * @param execution to be decided for: this one's, or that of the open branch which this call works in
     */
    public synchronized void reservedFor(BranchRef execution) {
        reservedFor = execution;
    }

    /** The reply to PREPARE was lost: votes ROLLBACK, and may be found prepared later. */
    public synchronized void mayBePrepared() {
        mayBePrepared = true;
    }

    /** Whether nothing that is heard after a vote ROLLBACK can make it commit. */
    synchronized boolean isOver() {
        // An enlisted branch is asked for its vote, whatever its call has said.
        return collect() || !mayBePrepared;
    }

    /** The execution whose end ends the reservations; null if there are none. */
    public synchronized @Nullable BranchRef reservedFor() {
        return reservedFor;
    }

    /** This call repeats one that has been executed: its vote stands. */
    public synchronized void duplicateOf(DuplicateBranch earlier) {
        duplicate = earlier;
    }

    public synchronized @Nullable DuplicateBranch duplicate() {
        return duplicate;
    }

    /**
     * Before a call leaves.
     *
     * @throws IllegalStateException if it cannot be made: too many branches, nested too deeply, or no time left
     */
    public synchronized Call startCall(String origin) {
        if (remaining().isZero()) {
            own = own.doomed("the deadline passed before the call to " + origin);
            throw new IllegalStateException("The deadline of transaction " + id() + " has passed; " + origin
                    + " was not called. The transaction rolls back.");
        }
        if (!initiator && votes.size() + open.size() + 2 > BranchesHeader.MAX_BRANCHES) {
            own = own.doomed("more than " + BranchesHeader.MAX_BRANCHES + " branches in one response");
            throw new IllegalStateException("Transaction " + id() + ", branch " + branch() + ": one response carries at"
                    + " most " + BranchesHeader.MAX_BRANCHES + " branches, this one and all calls below it; "
                    + origin + " was not called. The transaction rolls back.");
        }
        BranchId child;
        try {
            child = branch().child(lastChild + 1);
        } catch (IllegalArgumentException e) {
            own = own.doomed("branch names run out below " + branch());
            throw new IllegalStateException(
                    "Transaction " + id() + ", branch " + branch() + ": " + origin
                            + " was not called, calls nest at most " + BranchId.MAX_DEPTH
                            + " deep and one branch makes at"
                            + " most " + BranchId.MAX_NUMBER + " of them. The transaction rolls back.",
                    e);
        }
        lastChild++;
        Call call = new Call(
                child,
                new TransactionContext(id(), child, deadline(), remaining(), collect(), token()).format(),
                origin);
        open.put(child, call);
        return call;
    }

    /**
     * The protocol endpoints of the process that holds a branch open which an earlier call to {@code origin} opened (late
     * prepare): further calls belong there, whichever replica the address would lead to. Null if there is none.
     */
    public synchronized @Nullable String holder(String origin) {
        return holders.get(origin);
    }

    /**
     * The response to a call.
     *
     * @param header all values of the response header, joined; null if there is none
     */
    public synchronized void answered(Call call, @Nullable String header) {
        if (open.remove(call.branch()) == null) {
            return;
        }
        if (header == null) {
            lost(call, "answered without a vote");
            return;
        }
        List<BranchVote> received;
        try {
            received = BranchesHeader.parse(header);
            checkFamily(call, received);
        } catch (IllegalArgumentException e) {
            lost(call, "answered without a well-formed vote (" + e.getMessage() + ")");
            return;
        }
        for (BranchVote vote : received) {
            votes.add(vote);
            if (vote.branch().equals(call.branch())) {
                directory.learn(call.origin(), vote.participant(), vote.url());
                if (vote.vote() == Vote.PENDING && vote.url() != null) {
                    holders.putIfAbsent(call.origin(), vote.url());
                }
            }
            if (vote.vote() == Vote.ROLLBACK) {
                String why = vote.reason() == null ? "" : ": " + vote.reason();
                own = own.doomed("branch " + vote.branch() + " of " + vote.participant() + " voted ROLLBACK" + why);
            }
        }
        if (!initiator && votes.size() + 1 > BranchesHeader.MAX_BRANCHES) {
            own = own.doomed("more than " + BranchesHeader.MAX_BRANCHES + " branches in one response");
            throw new IllegalStateException("Transaction " + id() + ", branch " + branch() + ": one response carries at"
                    + " most " + BranchesHeader.MAX_BRANCHES + " branches; with those of " + call.origin()
                    + " there are " + (votes.size() + 1) + ". The transaction rolls back.");
        }
    }

    /** The call broke: whether the callee worked is unknown (R8), so it counts as a missing vote (R2). */
    public synchronized void failed(Call call, String why) {
        if (open.remove(call.branch()) != null) {
            lost(call, why);
        }
    }

    /** Calls that nobody waited for are missing votes. To be called when the work is over. */
    public synchronized void endCalls() {
        for (Call call : List.copyOf(open.values())) {
            failed(call, "was still running when the work ended");
        }
    }

    /** Every vote that arrived, and what is known of the calls without one. */
    public synchronized List<BranchVote> votes() {
        return List.copyOf(votes);
    }

    /** Whether some other branch needs the decision. */
    public synchronized boolean alone() {
        return votes.stream().allMatch(vote -> vote.vote() == Vote.READ_ONLY) && open.isEmpty();
    }

    /** Whether any other process may have worked in this transaction. */
    public synchronized boolean calledNobody() {
        return lastChild == 0;
    }

    private void lost(Call call, String why) {
        own = own.doomed("the call to " + call.origin() + " (branch " + call.branch() + ") " + why);
        // Named, so that the order to roll back reaches it; if nobody knows who it was, its own inquiry ends it.
        directory
                .at(call.origin())
                .ifPresent(entry ->
                        votes.add(new BranchVote(call.branch(), entry.name(), entry.url(), Vote.ROLLBACK, null, why)));
    }

    /** A callee speaks for the branch it was given and for those below it, each once in the whole transaction. */
    private void checkFamily(Call call, List<BranchVote> received) {
        Set<BranchId> seen = new LinkedHashSet<>();
        votes.forEach(vote -> seen.add(vote.branch()));
        boolean itself = false;
        for (BranchVote vote : received) {
            boolean same = vote.branch().equals(call.branch());
            itself |= same;
            if (!same && !vote.branch().isBelow(call.branch())) {
                throw new IllegalArgumentException("branch " + vote.branch() + " is not below " + call.branch());
            }
            if (!seen.add(vote.branch())) {
                throw new IllegalArgumentException("branch " + vote.branch() + " has voted before");
            }
        }
        if (!itself) {
            throw new IllegalArgumentException("branch " + call.branch() + " itself is missing");
        }
    }
}
