package io.assent.participant.engine;

import io.assent.participant.protocol.BranchFacts;
import io.assent.participant.protocol.BranchPage;
import io.assent.participant.protocol.BranchPhase;
import io.assent.participant.protocol.DuplicateBranch;
import io.assent.participant.protocol.ExecutionRef;
import io.assent.participant.protocol.ListedBranch;
import io.assent.participant.protocol.OrderRules;
import io.assent.participant.protocol.PreparedBranch;
import io.assent.protocol.BranchId;
import io.assent.protocol.BranchRef;
import io.assent.protocol.BranchState;
import io.assent.protocol.Decision;
import io.assent.protocol.ParticipantName;
import io.assent.protocol.TransactionId;
import io.assent.protocol.TransactionRange;
import io.assent.protocol.Vote;
import io.assent.protocol.header.BranchVote;
import io.assent.protocol.header.BranchesHeader;
import io.assent.protocol.header.TransactionContext;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The branches of this participant: work calls that run here, votes, orders, questions. Orders and questions may reach any
 * replica: they are answered from the database, and this process's own running calls only make the answer better.
 * Thread-safe; starts no threads.
 */
public final class BranchService {

    private static final Logger log = LoggerFactory.getLogger(BranchService.class);

    /** A step of {@link OrderRules} may meet somebody faster; after this many looks the answer is BUSY. */
    private static final int MAX_LOOKS = 4;

    /** Of how many executions the answer is remembered for calls that repeat them. */
    private static final int MAX_ANSWERED = 10_000;

    private static final Duration LOOK_INTERVAL = Duration.ofMillis(50);

    private static final String REPEATED =
            "this call repeats one that was rolled back, or whose answer is not known here";

    private final ParticipantName participant;
    private final Supplier<@Nullable String> url;
    private final BranchResource resource;
    private final LateBranches late;
    private final EndListener endListener;
    private final Duration prepareWait;
    private final Runtime runtime;
    private final Tracing tracing;
    private final BranchCounts counts = new BranchCounts();
    private final Map<Key, GlobalTransactionContext> running = new ConcurrentHashMap<>();

    /** The nested votes of executions that answered PREPARED here. */
    private final Map<Key, List<BranchVote>> answered = Collections.synchronizedMap(new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, List<BranchVote>> eldest) {
            return size() > MAX_ANSWERED;
        }
    });

    /** Transactions with a branch that was prepared here early. */
    private final Set<TransactionId> preparedHere =
            Collections.synchronizedSet(Collections.newSetFromMap(new LinkedHashMap<>() {
                @Override
                protected boolean removeEldestEntry(Map.Entry<TransactionId, Boolean> eldest) {
                    return size() > MAX_ANSWERED;
                }
            }));

    private record Key(TransactionId transaction, BranchId branch, BranchRef ref) {}

    /**
     * Time, pauses and randomness; a simulation brings its own.
     *
     * @param clock for what is left of a deadline
     * @param pause for waiting on another thread or process
     * @param random for refs
     */
    public record Runtime(InstantSource clock, Pause pause, RandomGenerator random) {}

    /** Hears of every branch that this process ends, once per successful order. Must not throw. */
    public interface EndListener {
        void ended(BranchRef ref, Decision decision);
    }

    /**
     * An order for one branch.
     *
     * @param ref never null with COMMIT
     */
    public record Order(
            TransactionId transaction,
            BranchId branch,
            @Nullable BranchRef ref,
            Decision decision) {
        public Order {
            if (decision == Decision.COMMIT && ref == null) {
                throw new IllegalArgumentException("a COMMIT order without ref (R6)");
            }
        }
    }

    /** The answer to a prepare request. */
    public record PrepareAnswer(Vote vote, @Nullable String reason) {}

    /**
     * What an order met.
     *
     * @param state as it is reported; null if it is not known
     * @param now whether this order has brought it about
     */
    private record Ended(@Nullable BranchState state, boolean now) {

        static Ended now(@Nullable BranchState state) {
            return new Ended(state, true);
        }

        static Ended before(@Nullable BranchState state) {
            return new Ended(state, false);
        }
    }

    /** A branch as shown to people. */
    public record Status(
            TransactionId transaction,
            BranchId branch,
            @Nullable BranchRef ref,
            BranchState state,
            @Nullable Instant since) {}

    /**
     * A page of them.
     *
     * @param more whether another page may follow
     */
    public record Listing(List<Status> branches, boolean more) {}

    /**
     * @param url where this participant's endpoints are, or null if only the coordinator's configuration knows
     * @param late the branches that are held open here
     * @param prepareWait how long a prepare request waits for a call that may run on another replica
     */
    public BranchService(
            ParticipantName participant,
            Supplier<@Nullable String> url,
            BranchResource resource,
            LateBranches late,
            EndListener endListener,
            Duration prepareWait,
            Runtime runtime) {
        this(participant, url, resource, late, endListener, prepareWait, runtime, Tracing.NONE);
    }

    /** @param tracing hears what each thread works for */
    public BranchService(
            ParticipantName participant,
            Supplier<@Nullable String> url,
            BranchResource resource,
            LateBranches late,
            EndListener endListener,
            Duration prepareWait,
            Runtime runtime,
            Tracing tracing) {
        this.participant = participant;
        this.url = url;
        this.resource = resource;
        this.late = late;
        this.endListener = endListener;
        this.prepareWait = prepareWait;
        this.runtime = runtime;
        this.tracing = tracing;
    }

    /** The task as a part of what this thread does now; for another thread. */
    public Runnable continued(Runnable task) {
        return tracing.continued(task);
    }

    /** Votes and orders since the start; for metrics. */
    public BranchCounts counts() {
        return counts;
    }

    /** The name that messages must carry to be meant for this one. */
    public ParticipantName participant() {
        return participant;
    }

    /** A work call arrives: a new execution, with a new ref (R6). */
    public GlobalTransactionContext begin(TransactionContext header, ParticipantDirectory directory) {
        BranchRef ref =
                ExecutionRef.create(participant, header.id(), header.branch(), header.deadline(), runtime.random());
        GlobalTransactionContext context = GlobalTransactionContext.received(header, ref, runtime.clock(), directory);
        context.secondCall(preparedHere.contains(header.id()));
        running.put(key(context), context);
        tracing.works(context.id(), context.branch(), ref);
        return context;
    }

    /**
     * What a call says that was refused before it had an execution. Without an address, so that nobody who has too much to
     * do is sent an order about nothing; an earlier execution of the branch, should there be one, asks by itself.
     */
    public BranchVote refused(TransactionContext header, String reason) {
        return new BranchVote(header.branch(), participant, null, Vote.ROLLBACK, null, reason);
    }

    /** Whether calls of this transaction go on in a branch that is held open here. */
    public boolean isOpen(TransactionId transaction) {
        return late.isOpen(transaction);
    }

    /** A transaction starts here. */
    GlobalTransactionContext initiate(TransactionId id, Duration timeout, ParticipantDirectory directory) {
        BranchRef ref = ExecutionRef.create(
                participant, id, BranchId.INITIATOR, runtime.clock().instant().plus(timeout), runtime.random());
        GlobalTransactionContext context =
                GlobalTransactionContext.initiated(id, timeout, ref, runtime.clock(), directory);
        running.put(key(context), context);
        tracing.works(context.id(), context.branch(), ref);
        return context;
    }

    /** The work call has ended and its vote is on its way; from here on the sweep may ask about it. */
    public void end(GlobalTransactionContext context) {
        running.remove(key(context));
    }

    /**
     * The vote of the own branch when the work is over. A branch that is prepared although it must roll back is rolled
     * back first: nobody has heard its vote yet (R5). That holds in the collected flow only; an enlisted branch may have
     * been asked at another replica meanwhile, so what is prepared stays prepared there.
     */
    public BranchVote vote(GlobalTransactionContext context) {
        context.endCalls();
        Vote held = late.leave(context, context.votes());
        if (held != null) {
            // Not what the context says: from here on the branch may be asked for its vote, on another thread.
            return ownVote(context, held, context.ref(), null);
        }
        DuplicateBranch duplicate = context.duplicate();
        if (duplicate != null) {
            return ownVote(context, duplicate.vote(), duplicate.ref(), REPEATED);
        }
        String reason = context.rollbackReason();
        if (context.own().phase() == BranchPhase.PREPARED && reason != null) {
            if (!context.collect()) {
                log.warn(
                        "Transaction {}, branch {}: prepared, and should roll back ({}). Its caller decides.",
                        context.id(),
                        context.branch(),
                        reason);
                return ownVote(context, Vote.PREPARED, context.ref(), null);
            }
            rollBackUnvoted(context, reason);
        }
        if (context.own().vote() == Vote.READ_ONLY && context.reservedFor() != null) {
            context.setRollbackOnly("something was reserved outside of the branch's local transaction");
        }
        Vote vote = context.own().vote();
        if (vote == Vote.ROLLBACK) {
            releaseReservations(context);
        }
        if (vote == Vote.ROLLBACK && !context.initiator()) {
            // It may have failed just because it repeats a call whose locks or rows it met.
            Optional<DuplicateBranch> earlier = earlier(context);
            if (earlier.isPresent()) {
                context.duplicateOf(earlier.get());
                return ownVote(context, earlier.get().vote(), earlier.get().ref(), REPEATED);
            }
        }
        if (vote == Vote.PREPARED) {
            preparedHere.add(context.id());
        }
        return ownVote(context, vote, context.ref(), vote == Vote.ROLLBACK ? whyRolledBack(context) : null);
    }

    private @Nullable String whyRolledBack(GlobalTransactionContext context) {
        String failure = context.failure();
        String reason =
                failure != null && context.own().rolledBackByTheFramework() ? failure : context.rollbackReason();
        if (!context.lockTimedOut()) {
            return reason;
        }
        return preparedBefore(context)
                // Short: the header holds 128 characters of it.
                .map(other -> "branch " + other + " of this transaction, prepared here before, holds the rows: several"
                        + " calls need assent.participant.prepare=late")
                .orElse(reason);
    }

    /** Another branch of the same transaction that is prepared in this participant's database. */
    private Optional<BranchId> preparedBefore(GlobalTransactionContext context) {
        try {
            return resource.list(TransactionRange.only(context.id()), BranchesHeader.MAX_BRANCHES).branches().stream()
                    .filter(listed -> listed.state() == BranchState.PREPARED
                            && !listed.branch().equals(context.branch()))
                    .map(ListedBranch::branch)
                    .findFirst();
        } catch (BranchResourceException e) {
            return Optional.empty();
        }
    }

    /**
     * What another execution of the same branch has voted, if there was one. In the collected flow a vote is only whole
     * with those of the calls below it, and these are in no database: COMMIT would be decided without them. So the answer of
     * the earlier execution is repeated if it was given by this process, and else the vote is ROLLBACK. In the enlisted
     * flow the coordinator knows every branch by itself.
     */
    private Optional<DuplicateBranch> earlier(GlobalTransactionContext context) {
        try {
            BranchFacts facts = resource.look(context.id(), context.branch());
            Optional<DuplicateBranch> earlier = OrderRules.earlier(context.ref(), facts);
            earlier.ifPresent(duplicate -> makeSure(duplicate.vote()));
            return context.collect() ? earlier.map(duplicate -> asAnswered(context, duplicate)) : earlier;
        } catch (BranchResourceException e) {
            log.warn(
                    "Transaction {}, branch {}: votes ROLLBACK without having looked for an earlier call: {}",
                    context.id(),
                    context.branch(),
                    e.getMessage());
            return Optional.empty();
        }
    }

    private DuplicateBranch asAnswered(GlobalTransactionContext context, DuplicateBranch earlier) {
        BranchRef ref = earlier.ref();
        if (earlier.vote() != Vote.PREPARED || ref == null) {
            return earlier;
        }
        List<BranchVote> nested = answered.get(new Key(context.id(), context.branch(), ref));
        return nested == null
                ? new DuplicateBranch(Vote.ROLLBACK, ref, List.of())
                : new DuplicateBranch(Vote.PREPARED, ref, nested);
    }

    /** The own vote and those of the calls made from here, as the response header lists them. */
    public List<BranchVote> votes(GlobalTransactionContext context) {
        BranchVote own = vote(context);
        counts.voted(own.vote());
        List<BranchVote> nested = context.votes();
        DuplicateBranch duplicate = context.duplicate();
        if (context.collect() && duplicate != null && own.vote() != Vote.ROLLBACK) {
            nested = duplicate.nested();
        } else if (context.collect() && own.vote() == Vote.PREPARED && !context.initiator()) {
            answered.put(key(context), List.copyOf(nested));
        }
        List<BranchVote> all = new ArrayList<>();
        all.add(own);
        all.addAll(nested);
        return all;
    }

    /** What a call says that works in an open branch (late prepare), as long as it may; null for all others. */
    @Nullable
    BranchVote openVote(GlobalTransactionContext context) {
        context.endCalls();
        Vote vote = context.rollbackReason() == null ? late.voteOf(context) : null;
        return vote == null ? null : ownVote(context, vote, context.ref(), null);
    }

    /** Whether it is prepared as a whole, in contrast to one of which only parts remain. */
    boolean isPrepared(PreparedBranch branch) {
        return resource.look(branch.transaction(), branch.branch()).isPrepared(branch.ref());
    }

    /** Whether the execution runs in this process. */
    public boolean isRunning(TransactionId transaction, BranchId branch, BranchRef ref) {
        return running.containsKey(new Key(transaction, branch, ref));
    }

    /**
     * Carries out an order and reports the fact (R7).
     *
     * @return the state; empty if it is not known: then it is not acknowledged, and the order comes again
     */
    public Optional<BranchState> order(Order order) {
        try (LogIds ids = LogIds.of(order.transaction(), order.branch());
                Tracing.Ending ending = tracing.ends(order)) {
            Optional<BranchState> state = carriedOut(order);
            ending.reports(state.orElse(null));
            return state;
        }
    }

    private Optional<BranchState> carriedOut(Order order) {
        try {
            Ended ended = order.decision() == Decision.COMMIT
                    ? commit(order.transaction(), order.branch(), required(order.ref()))
                    : rollback(order.transaction(), order.branch(), order.ref());
            counts.ordered(BranchCounts.OrderResult.of(order.decision(), ended.state(), ended.now()));
            return Optional.ofNullable(ended.state());
        } catch (BranchResourceException e) {
            counts.ordered(BranchCounts.OrderResult.OPEN);
            log.warn(
                    "Transaction {}, branch {}: {} could not be carried out now, the coordinator will order it again: {}",
                    order.transaction(),
                    order.branch(),
                    order.decision(),
                    e.getMessage());
            return Optional.empty();
        }
    }

    private Ended commit(TransactionId transaction, BranchId branch, BranchRef ref) {
        for (int look = 0; look < MAX_LOOKS; look++) {
            BranchResource.End end = resource.commitPrepared(ref);
            if (end == BranchResource.End.DONE) {
                endListener.ended(ref, Decision.COMMIT);
                return Ended.now(BranchState.COMMITTED);
            }
            if (end == BranchResource.End.BUSY) {
                return Ended.before(BranchState.BUSY);
            }
            BranchState state = OrderRules.commitNotThere(ref, resource.look(transaction, branch));
            if (state == BranchState.PREPARED) {
                continue;
            }
            resource.barrier();
            if (state != BranchState.COMMITTED) {
                log.error(
                        "Transaction {}, branch {}: ordered to COMMIT {}, but it is {}. Somebody ended it by hand, or the"
                                + " database was restored. The coordinator reports a heuristic outcome.",
                        transaction,
                        branch,
                        ref,
                        state);
            } else if (end == BranchResource.End.UNKNOWN) {
                // The reply to our own order was lost; the marker proves that it was carried out.
                endListener.ended(ref, Decision.COMMIT);
                return Ended.now(state);
            }
            return Ended.before(state);
        }
        return Ended.before(BranchState.PREPARED);
    }

    private Ended rollback(TransactionId transaction, BranchId branch, @Nullable BranchRef ref) {
        boolean runsHere = doomRunning(transaction, branch, ref);
        BranchRef rolledBack = null;
        for (int look = 0; look < MAX_LOOKS; look++) {
            BranchFacts facts = resource.look(transaction, branch);
            OrderRules.RollbackStep step = OrderRules.rollback(ref, facts);
            if (step.rollBack() != null) {
                BranchResource.End end = resource.rollbackPrepared(step.rollBack());
                if (end == BranchResource.End.BUSY) {
                    return Ended.before(BranchState.BUSY);
                }
                if (end == BranchResource.End.DONE) {
                    rolledBack = step.rollBack();
                    endListener.ended(rolledBack, Decision.ROLLBACK);
                }
                continue;
            }
            if (step.writeTombstone()) {
                BranchResource.Tombstone tombstone =
                        resource.writeTombstone(transaction, branch, rolledBack != null ? rolledBack : ref);
                if (tombstone == BranchResource.Tombstone.WRITTEN) {
                    // A call that still runs cannot be prepared any more: its marker row meets the tombstone.
                    return Ended.now(rolledBack != null || runsHere ? BranchState.ROLLED_BACK : BranchState.NEVER_SEEN);
                }
                continue;
            }
            BranchFacts.Marker marker = facts.marker();
            if (step.report() == BranchState.COMMITTED && marker != null && marker.ref() != null) {
                // Somebody has committed it by hand. What belongs to it has to follow.
                BranchResource.End end = resource.commitPrepared(marker.ref());
                if (end == BranchResource.End.BUSY || end == BranchResource.End.UNKNOWN) {
                    return Ended.before(BranchState.BUSY);
                }
            }
            resource.barrier();
            return rolledBack == null
                    ? Ended.before(step.report())
                    : Ended.now(step.report() == BranchState.NEVER_SEEN ? BranchState.ROLLED_BACK : step.report());
        }
        return Ended.before(BranchState.BUSY);
    }

    /**
     * Phase one for a branch that is open here, or enlisted. While its work call runs, here or as far as anybody can tell on another replica,
     * the answer waits; when the time is up a tombstone makes sure that it will never be prepared, and only then the vote
     * is ROLLBACK.
     *
     * @throws BranchResourceException if nothing can be known now
     */
    public PrepareAnswer prepare(
            TransactionId transaction, BranchId branch, @Nullable BranchRef ref, Duration remaining)
            throws InterruptedException {
        try (LogIds ids = LogIds.of(transaction, branch)) {
            PrepareAnswer answer = askedToPrepare(transaction, branch, ref, remaining);
            counts.voted(answer.vote());
            return answer;
        }
    }

    private PrepareAnswer askedToPrepare(
            TransactionId transaction, BranchId branch, @Nullable BranchRef ref, Duration remaining)
            throws InterruptedException {
        Instant hereUntil = runtime.clock().instant().plus(remaining.dividedBy(2));
        Vote open = late.prepare(transaction, branch, ref, hereUntil);
        if (open != null) {
            return answer(open, "the branch was rolled back when it should prepare");
        }
        Duration elsewhere = remaining.dividedBy(2).compareTo(prepareWait) < 0 ? remaining.dividedBy(2) : prepareWait;
        Instant elsewhereUntil = runtime.clock().instant().plus(elsewhere);
        while (true) {
            Optional<GlobalTransactionContext> here = runningExecution(transaction, branch, ref);
            if (here.isEmpty()) {
                Vote vote = OrderRules.vote(ref, resource.look(transaction, branch));
                if (vote != null) {
                    makeSure(vote);
                    return answer(vote, "the branch has been rolled back");
                }
            }
            Instant now = runtime.clock().instant();
            if (!now.isBefore(here.isPresent() ? hereUntil : elsewhereUntil)) {
                break;
            }
            runtime.pause().pause(LOOK_INTERVAL);
        }
        BranchState state = rollbackUnlessPrepared(transaction, branch, ref);
        return switch (state) {
            case PREPARED, COMMITTED -> new PrepareAnswer(Vote.PREPARED, null);
            case ROLLED_BACK, NEVER_SEEN ->
                new PrepareAnswer(Vote.ROLLBACK, "the work call did not end in time, or never arrived");
            case BUSY -> new PrepareAnswer(Vote.ROLLBACK, "the work call did not end in time");
        };
    }

    /** What is in doubt here, at most {@code limit}. */
    public List<Status> inDoubt(int limit) {
        Instant now = runtime.clock().instant();
        return resource.prepared(limit).stream()
                .map(branch -> new Status(
                        branch.transaction(),
                        branch.branch(),
                        branch.ref(),
                        BranchState.PREPARED,
                        now.minus(branch.age())))
                .toList();
    }

    /** What is in doubt here and what has ended, by transaction and branch; see {@link BranchResource#list}. */
    public Listing list(TransactionRange range, int limit) {
        BranchPage page = resource.list(range, limit);
        Instant now = runtime.clock().instant();
        return new Listing(
                page.branches().stream()
                        .map(branch -> new Status(
                                branch.transaction(),
                                branch.branch(),
                                branch.ref(),
                                branch.state(),
                                now.minus(branch.age())))
                        .toList(),
                page.more());
    }

    /** What became of one branch. */
    public Status status(TransactionId transaction, BranchId branch) {
        BranchFacts facts = resource.look(transaction, branch);
        Instant now = runtime.clock().instant();
        if (!facts.prepared().isEmpty()) {
            PreparedBranch prepared = facts.prepared().get(0);
            return new Status(transaction, branch, prepared.ref(), BranchState.PREPARED, now.minus(prepared.age()));
        }
        BranchFacts.Marker marker = facts.marker();
        return new Status(
                transaction,
                branch,
                marker == null ? null : marker.ref(),
                OrderRules.state(facts),
                marker == null ? null : now.minusMillis(marker.ageMillis()));
    }

    /**
     * The last word before a vote ROLLBACK. A branch that turns out to be prepared stays so: its vote is yes.
     * BUSY means that an execution is between its marker row and the end of PREPARE TRANSACTION. Voting ROLLBACK is safe
     * even then: a ref whose vote was no is in no commit set.
     */
    private BranchState rollbackUnlessPrepared(TransactionId transaction, BranchId branch, @Nullable BranchRef ref) {
        doomRunning(transaction, branch, ref);
        for (int look = 0; look < MAX_LOOKS; look++) {
            BranchFacts facts = resource.look(transaction, branch);
            Vote vote = OrderRules.vote(ref, facts);
            if (vote != null) {
                makeSure(vote);
                return vote == Vote.PREPARED ? BranchState.PREPARED : BranchState.ROLLED_BACK;
            }
            if (resource.writeTombstone(transaction, branch, ref) == BranchResource.Tombstone.WRITTEN) {
                return BranchState.NEVER_SEEN;
            }
        }
        return BranchState.BUSY;
    }

    /** A yes that rests on a look is as good as what was seen is durable. */
    private void makeSure(Vote vote) {
        if (vote == Vote.PREPARED) {
            resource.barrier();
        }
    }

    private PrepareAnswer answer(Vote vote, String reason) {
        return new PrepareAnswer(vote, vote == Vote.ROLLBACK ? reason : null);
    }

    /** Nobody needs them: the execution will be in no commit set. Those that remain end by order or by the sweep. */
    private void releaseReservations(GlobalTransactionContext context) {
        BranchRef execution = context.reservedFor();
        if (execution == null || !context.isOver()) {
            return;
        }
        try {
            resource.rollbackPrepared(execution);
        } catch (BranchResourceException e) {
            log.warn(
                    "Transaction {}, branch {}: votes ROLLBACK, its reservations will be cancelled by order or by the next"
                            + " sweep: {}",
                    context.id(),
                    context.branch(),
                    e.getMessage());
        }
    }

    private void rollBackUnvoted(GlobalTransactionContext context, String reason) {
        context.advance(own -> own.rolledBack(reason));
        try {
            BranchResource.End end = resource.rollbackPrepared(context.ref());
            if (end == BranchResource.End.DONE) {
                endListener.ended(context.ref(), Decision.ROLLBACK);
                return;
            }
            log.warn(
                    "Transaction {}, branch {}: votes ROLLBACK ({}), its prepared transaction will be rolled back by order"
                            + " or by the next sweep ({})",
                    context.id(),
                    context.branch(),
                    reason,
                    end);
        } catch (BranchResourceException e) {
            log.warn(
                    "Transaction {}, branch {}: votes ROLLBACK ({}), its prepared transaction will be rolled back by order"
                            + " or by the next sweep: {}",
                    context.id(),
                    context.branch(),
                    reason,
                    e.getMessage());
        }
    }

    private BranchVote ownVote(
            GlobalTransactionContext context, Vote vote, @Nullable BranchRef ref, @Nullable String reason) {
        return new BranchVote(
                context.branch(), participant, url.get(), vote, ref, vote == Vote.ROLLBACK ? reason : null);
    }

    private Optional<GlobalTransactionContext> runningExecution(
            TransactionId transaction, BranchId branch, @Nullable BranchRef ref) {
        return running.entrySet().stream()
                .filter(entry -> entry.getKey().transaction().equals(transaction)
                        && entry.getKey().branch().equals(branch)
                        && (ref == null || entry.getKey().ref().equals(ref)))
                .map(Map.Entry::getValue)
                .findFirst();
    }

    private boolean doomRunning(TransactionId transaction, BranchId branch, @Nullable BranchRef ref) {
        String reason = "the transaction was rolled back while the call ran";
        Optional<GlobalTransactionContext> here = runningExecution(transaction, branch, ref);
        here.ifPresent(context -> context.setRollbackOnly(reason));
        return late.rollBack(transaction, branch, ref, reason) || here.isPresent();
    }

    private static Key key(GlobalTransactionContext context) {
        return new Key(context.id(), context.branch(), context.ref());
    }

    private static BranchRef required(@Nullable BranchRef ref) {
        if (ref == null) {
            throw new IllegalArgumentException("a COMMIT order without ref (R6)");
        }
        return ref;
    }
}
