package io.assent.coordinator.engine;

import io.assent.coordinator.engine.Answer.Result;
import io.assent.coordinator.engine.DecisionLog.NewTransaction;
import io.assent.coordinator.engine.DecisionLog.Reading;
import io.assent.coordinator.engine.DecisionLog.Reply;
import io.assent.coordinator.engine.DecisionLog.Status;
import io.assent.coordinator.engine.TransactionListener.Refused;
import io.assent.coordinator.protocol.Branch;
import io.assent.coordinator.protocol.TransactionRecord;
import io.assent.protocol.BranchState;
import io.assent.protocol.ParticipantName;
import io.assent.protocol.TransactionId;
import io.assent.protocol.TransactionToken;
import io.assent.protocol.Vote;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs the commit protocol for its callers: finds or makes the transaction in memory, hands the request over, and answers
 * from what the decision log returned. Holds nothing that another instance would need; whatever is lost with this one is
 * found again in the log.
 *
 * <p>Thread-safe. Starts no thread: work goes on in the threads on which the ports complete.
 */
public final class TransactionCoordinator implements Coordinator, Admission {

    private final EnginePorts ports;
    private final EngineSettings settings;
    private final Retries retries;
    private final Inquiries inquiries;
    private final Map<TransactionId, LiveTransaction> live = new ConcurrentHashMap<>();
    /** Taken over by recovery passes, and neither gone nor waiting in memory for a branch. */
    private final Set<TransactionId> takenOver = ConcurrentHashMap.newKeySet();

    private final AtomicInteger redelivering = new AtomicInteger();
    private final AtomicInteger undecided = new AtomicInteger();
    private final ParticipantLoad load;
    private final LiveTransaction.Host host = new Host();

    public TransactionCoordinator(EnginePorts ports, EngineSettings settings) {
        this.ports = ports;
        this.settings = settings;
        this.retries = new Retries(ports, settings);
        this.load = new ParticipantLoad(settings.admission().maxUnacknowledged());
        this.inquiries = new Inquiries(ports.log(), settings, this);
    }

    @Override
    public CompletionStage<Answer> begin(Begin request) {
        TransactionId id = request.id() != null
                ? request.id()
                : TransactionId.create(ports.clock().instant(), ports.random());
        if (!enter()) {
            return CompletableFuture.completedFuture(tooManyUndecided(id));
        }
        NewTransaction wanted = new NewTransaction(
                id, request.name(), request.timeout(), request.owner(), TransactionToken.create(ports.random()));
        return retries.untilClean(() -> ports.log().begin(wanted))
                .whenComplete((reply, error) -> undecided.decrementAndGet())
                .thenApply(reply -> {
                    if (reply.status() == Status.OK && reply.changed() && reply.record() != null) {
                        ports.listener().begun(reply.record());
                    }
                    Answer answer = answer(id, reply, Result.CREATED, Result.TRANSACTION_CONFLICT);
                    return new Answer(answer.result(), id, answer.transaction(), answer.detail(), reply.token());
                });
    }

    @Override
    public CompletionStage<Answer> enlist(TransactionId id, Branch branch, @Nullable TransactionToken token) {
        if (!reachable(branch)) {
            return CompletableFuture.completedFuture(notAllowed(id, branch));
        }
        return retries.untilClean(() -> ports.log().enlist(id, branch, token)).thenApply(reply -> {
            boolean added = reply.status() == Status.OK && reply.changed();
            if (added) {
                ports.listener().enlisted(id, branch);
            }
            return answer(id, reply, added ? Result.CREATED : Result.OK, Result.BRANCH_CONFLICT);
        });
    }

    @Override
    public CompletionStage<Answer> commit(Commit request) {
        List<Branch> named = request.collected() == null ? List.of() : request.collected();
        Answer refusal = refuse(request.id(), named);
        if (refusal != null) {
            return CompletableFuture.completedFuture(refusal);
        }
        Commit checked = request.collected() == null
                ? request
                : new Commit(
                        request.id(),
                        request.name(),
                        request.deadline(),
                        endedIfUnreachable(request.collected()),
                        request.expected(),
                        request.patience(),
                        request.owner());
        if (live.containsKey(request.id())) {
            // It adds nothing to what is under way.
            return commit(checked, Caller.of(checked, () -> {}));
        }
        if (live.size() >= mostForCommits()) {
            ports.listener().refused(Refused.IN_FLIGHT);
            return CompletableFuture.completedFuture(
                    new Answer(Result.OVERLOADED, request.id(), null, inFlightLimit()));
        }
        if (!enter()) {
            return CompletableFuture.completedFuture(tooManyUndecided(request.id()));
        }
        return commit(checked, Caller.of(checked, undecided::decrementAndGet));
    }

    private CompletionStage<Answer> commit(Commit checked, Caller caller) {
        dispatch(checked.id(), caller, transaction -> transaction.commit(checked, caller));
        return caller.answer();
    }

    @Override
    public CompletionStage<Answer> rollback(Rollback request) {
        Answer refusal = refuse(request.id(), request.branches());
        if (refusal != null) {
            return CompletableFuture.completedFuture(refusal);
        }
        Rollback checked = new Rollback(
                request.id(),
                request.cause(),
                request.reason(),
                endedIfUnreachable(request.branches()),
                request.patience(),
                request.owner());
        Caller caller = Caller.of(checked);
        dispatch(checked.id(), caller, transaction -> transaction.rollback(checked, caller));
        return caller.answer();
    }

    @Override
    public CompletionStage<Answer> resolve(TransactionId id, String reason) {
        return retries.untilClean(() -> ports.log().resolve(id, reason)).thenApply(reply -> {
            TransactionRecord closed = reply.record();
            LiveTransaction here = live.get(id);
            if (reply.status() == Status.OK && closed != null && here != null) {
                here.request(() -> here.resolved(closed), () -> {});
            }
            return answer(id, reply, Result.OK, Result.TRANSACTION_CONFLICT);
        });
    }

    /** Adopting nothing changes nothing, but it writes: so what it returns may be acted on (R4). */
    @Override
    public CompletionStage<Answer> retry(TransactionId id) {
        return retries.untilClean(() -> ports.log().adopt(id, List.of())).thenApply(reply -> {
            TransactionRecord found = reply.record();
            if (reply.status() != Status.OK || found == null || found.decision() == null) {
                return answer(id, reply, Result.TRANSACTION_CONFLICT, Result.TRANSACTION_CONFLICT);
            }
            TransactionRecord decided = Records.confirmed(found);
            return decided.completedAt() != null
                    ? new Answer(Result.TRANSACTION_CONFLICT, id, decided, "it is complete")
                    : retryHere(decided);
        });
    }

    private Answer retryHere(TransactionRecord decided) {
        LiveTransaction transaction = transaction(decided.id());
        if (transaction == null) {
            ports.listener().refused(Refused.IN_FLIGHT);
            return new Answer(Result.OVERLOADED, decided.id(), null, inFlightLimit());
        }
        transaction.request(() -> transaction.retry(decided), () -> retryHere(decided));
        return new Answer(Result.OK, decided.id(), decided, null);
    }

    @Override
    public CompletionStage<List<Inquired>> inquire(ParticipantName participant, List<Inquiry> asked) {
        return inquiries.answer(asked);
    }

    @Override
    public CompletionStage<Answer> find(TransactionId id, @Nullable String owner) {
        return held(id).thenCompose(held -> held != null && held.belongsTo(owner)
                ? CompletableFuture.completedFuture(new Answer(Result.OK, id, held, null))
                : ports.log().find(List.of(id)).thenApply(reading -> found(id, reading, owner)));
    }

    @Override
    public @Nullable String overloaded(@Nullable TransactionId id) {
        if (id != null && live.containsKey(id)) {
            return null;
        }
        return undecided.get() >= settings.admission().maxUndecided() ? undecidedLimit() : null;
    }

    @Override
    public void refused(@Nullable TransactionId id) {
        ports.listener().refused(Refused.UNDECIDED);
    }

    /** How many commit and begin requests are without a decision; for metrics. */
    public int undecided() {
        return undecided.get();
    }

    /** How many transactions this instance works on; for metrics. */
    public int inFlight() {
        return live.size();
    }

    /** How many of them wait in memory for a branch to acknowledge; for metrics. */
    public int redelivering() {
        return redelivering.get();
    }

    /**
     * Leaves every decided transaction whose branches have not all acknowledged to the other instances, which may take it
     * over at once. To be called when no more requests come; this instance goes on with what it has sent.
     *
     * @return how many were handed over; not complete while the log does not answer
     */
    public CompletableFuture<Integer> handOver() {
        List<CompletableFuture<Boolean>> all = live.values().stream()
                .map(transaction -> {
                    CompletableFuture<Boolean> done = new CompletableFuture<>();
                    transaction.request(() -> transaction.handOver(done), () -> done.complete(false));
                    return done;
                })
                .toList();
        return CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).thenApply(none ->
                (int) all.stream().filter(CompletableFuture::join).count());
    }

    /** Takes over a transaction that was left behind; does nothing if this instance works on it already. */
    void recover(TransactionRecord left) {
        LiveTransaction transaction = transaction(left.id());
        if (transaction != null) {
            transaction.request(() -> transaction.recover(left), () -> recover(left));
        }
    }

    /**
     * How many more transactions may be taken over now. Those under way are no more than commits leave free: a participant that
     * is away leaves behind as many as there are, and they are due again and again. Without this bound they would fill the
     * memory, and commits at all other participants would be refused.
     */
    int room() {
        int most = Math.max(1, settings.maxInFlight() - mostForCommits());
        return Math.max(0, Math.min(settings.maxInFlight() - live.size(), most - takenOver.size()));
    }

    private static Answer found(TransactionId id, Reading reading, @Nullable String owner) {
        if (reading.status() != Status.OK || reading.unreadable().contains(id)) {
            return new Answer(Result.UNAVAILABLE, id, null, null);
        }
        TransactionRecord record = reading.records().get(id);
        if (record != null && record.belongsTo(owner)) {
            return new Answer(Result.OK, id, Records.shown(record), null);
        }
        return new Answer(
                id.timestamp().isBefore(reading.horizon()) ? Result.TOO_OLD : Result.NOT_FOUND, id, null, null);
    }

    /** What this instance was told by a clean write and has not let go of yet (R4); null if nothing. */
    private CompletableFuture<@Nullable TransactionRecord> held(TransactionId id) {
        CompletableFuture<@Nullable TransactionRecord> held = new CompletableFuture<>();
        LiveTransaction here = live.get(id);
        if (here == null) {
            held.complete(null);
        } else {
            here.request(() -> held.complete(here.decided()), () -> held.complete(null));
        }
        return held;
    }

    /** Takes one of the places of requests without a decision, if there is one. */
    private boolean enter() {
        if (undecided.incrementAndGet() <= settings.admission().maxUndecided()) {
            return true;
        }
        undecided.decrementAndGet();
        return false;
    }

    private Answer tooManyUndecided(TransactionId id) {
        ports.listener().refused(Refused.UNDECIDED);
        return new Answer(Result.OVERLOADED, id, null, undecidedLimit());
    }

    private String undecidedLimit() {
        return "the limit is " + settings.admission().maxUndecided() + " requests without a decision";
    }

    private String inFlightLimit() {
        return "the limit is " + mostForCommits() + " transactions under way";
    }

    /** What ends work (a rollback, recovery) finds room when commits do not any more. */
    private int mostForCommits() {
        return settings.maxInFlight() - settings.maxInFlight() / 10;
    }

    private void dispatch(TransactionId id, Caller caller, Consumer<LiveTransaction> event) {
        LiveTransaction transaction = transaction(id);
        if (transaction == null) {
            ports.listener().refused(Refused.IN_FLIGHT);
            caller.answer(new Answer(
                    Result.OVERLOADED, id, null, "the limit is " + settings.maxInFlight() + " transactions under way"));
            return;
        }
        transaction.request(caller, () -> event.accept(transaction), () -> dispatch(id, caller, event));
    }

    /** The transaction in memory, made if there is room; null if there is none. */
    private @Nullable LiveTransaction transaction(TransactionId id) {
        LiveTransaction here = live.get(id);
        if (here != null) {
            return here;
        }
        if (live.size() >= settings.maxInFlight()) {
            return null;
        }
        return live.computeIfAbsent(id, any -> new LiveTransaction(any, ports, settings, host));
    }

    /** Checked before anything is started: nothing is decided when an address is refused. */
    private @Nullable Answer refuse(TransactionId id, List<Branch> named) {
        if (named.size() > settings.maxBranches()) {
            return new Answer(
                    Result.BRANCH_LIMIT,
                    id,
                    null,
                    named.size() + " branches; at most " + settings.maxBranches() + " are accepted");
        }
        for (Branch branch : named) {
            boolean needed = branch.url() != null || branch.vote() == Vote.PREPARED || branch.vote() == Vote.PENDING;
            if (needed && !reachable(branch)) {
                return notAllowed(id, branch);
            }
        }
        return null;
    }

    private boolean reachable(Branch branch) {
        return ports.participants().allowed(branch.participant(), branch.url());
    }

    private static Answer notAllowed(TransactionId id, Branch branch) {
        return new Answer(Result.NOT_ALLOWED, id, null, "branch " + branch.id() + " (" + branch.participant() + ")");
    }

    /** A branch that rolled back by its own vote and left no address needs no order, and could be sent none. */
    private List<Branch> endedIfUnreachable(List<Branch> named) {
        return named.stream()
                .map(branch -> branch.vote() == Vote.ROLLBACK && branch.url() == null && !reachable(branch)
                        ? branch.withFact(BranchState.ROLLED_BACK, true, branch.lastError())
                        : branch)
                .toList();
    }

    private static Answer answer(TransactionId id, Reply reply, Result ok, Result conflict) {
        Result result = switch (reply.status()) {
            case OK -> ok;
            case ABSENT -> Result.NOT_FOUND;
            case FOREIGN -> Result.TRANSACTION_CONFLICT;
            case TOO_OLD -> Result.TOO_OLD;
            case IN_FUTURE -> Result.IN_FUTURE;
            case CONFLICT -> conflict;
            case CLOSED -> Result.CLOSED;
            case FULL -> Result.BRANCH_LIMIT;
            // Nothing is decided by these calls, and to repeat them is always right.
            case INDETERMINATE, UNREADABLE, UNAVAILABLE -> Result.UNAVAILABLE;
            case HELD -> Result.HELD;
        };
        TransactionRecord record = reply.record();
        return new Answer(result, id, record == null ? null : Records.shown(record), reply.detail());
    }

    private final class Host implements LiveTransaction.Host {

        @Override
        public void takenOver(LiveTransaction transaction) {
            takenOver.add(transaction.id());
        }

        @Override
        public boolean keep(LiveTransaction transaction) {
            if (redelivering.incrementAndGet() <= settings.maxRedelivering()) {
                // It may wait for long, and keeps nobody from being taken over meanwhile.
                takenOver.remove(transaction.id());
                return true;
            }
            redelivering.decrementAndGet();
            return false;
        }

        @Override
        public ParticipantLoad load() {
            return load;
        }

        @Override
        public void retired(LiveTransaction transaction, boolean kept) {
            // In this order: the next one of this id is not there before.
            takenOver.remove(transaction.id());
            live.remove(transaction.id(), transaction);
            if (kept) {
                redelivering.decrementAndGet();
            }
        }
    }
}
