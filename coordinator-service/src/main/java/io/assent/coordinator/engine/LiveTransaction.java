package io.assent.coordinator.engine;

import io.assent.coordinator.engine.DecisionLog.BranchProgress;
import io.assent.coordinator.engine.DecisionLog.Progress;
import io.assent.coordinator.engine.DecisionLog.Proposal;
import io.assent.coordinator.engine.DecisionLog.Reply;
import io.assent.coordinator.engine.DecisionLog.Status;
import io.assent.coordinator.protocol.Action;
import io.assent.coordinator.protocol.Branch;
import io.assent.coordinator.protocol.Execution;
import io.assent.coordinator.protocol.GlobalTransaction;
import io.assent.coordinator.protocol.RollbackCause;
import io.assent.coordinator.protocol.Step;
import io.assent.coordinator.protocol.TransactionPhase;
import io.assent.coordinator.protocol.TransactionRecord;
import io.assent.protocol.BranchState;
import io.assent.protocol.Decision;
import io.assent.protocol.Outcome;
import io.assent.protocol.ParticipantName;
import io.assent.protocol.TransactionId;
import io.assent.protocol.Vote;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One transaction while this instance works on it: gives events to the protocol one at a time and does what it answers.
 *
 * <p>Events wait in an inbox that one thread at a time empties, whichever put something into an empty one; so there is no
 * lock to hold while a port is called or a caller is answered. A reply that arrives within the call is taken after the
 * event that made the call. The transaction leaves memory when nothing that it started is outstanding.
 */
final class LiveTransaction {

    /** What a transaction needs of the coordinator around it. */
    interface Host {

        /** A recovery pass has brought it here. */
        void takenOver(LiveTransaction transaction);

        /** Whether this transaction, too, may wait in memory for its branches. Given back by {@code retired}. */
        boolean keep(LiveTransaction transaction);

        /** What the participants have still to end. */
        ParticipantLoad load();

        /** The transaction takes no more events. */
        void retired(LiveTransaction transaction, boolean kept);
    }

    private final TransactionId id;
    private final EnginePorts ports;
    private final EngineSettings settings;
    private final Host host;
    private final Instant since;

    private final Queue<Runnable> inbox = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waiting = new AtomicInteger();

    // Everything below is touched by the thread that empties the inbox only.
    private GlobalTransaction state;
    private @Nullable TransactionRecord record;
    private @Nullable String name;
    private @Nullable Proposal proposal;
    private @Nullable Refusal refusal;
    private final List<Caller> callers = new ArrayList<>();

    /** For whom the log is asked, until it has said whose the transaction is; null: for the system or an operator. */
    private @Nullable String asker;

    /** Requests of others than the asker that came meanwhile. */
    private final List<Outsider> outsiders = new ArrayList<>();

    private final Map<Execution, Instant> due = new HashMap<>();

    /** Branches that wait for their next order, and what ends the wait; null: another pass, or another instance. */
    private final Map<Execution, @Nullable Timer> pauses = new HashMap<>();

    /** Branches that take a place at their participant until they have ended, or are known not to end soon. */
    private final Map<Execution, ParticipantName> places = new HashMap<>();

    /** The commit that waits for such places. */
    private @Nullable Awaited awaited;

    private @Nullable Timer deadline;
    private @Nullable Instant deadlineArmed;
    private int outstanding;
    /** Branches whose last order was not even tried. */
    private final Set<Execution> givenUp = new HashSet<>();

    private boolean recording;
    private boolean recordAgain;

    /** Progress was recorded while acknowledgements were missing: the log is told of each that comes now. */
    private boolean behind;

    private boolean kept;
    private boolean retired;

    /**
     * Why nothing was written.
     *
     * @param result null: it belongs to somebody else
     */
    private record Refusal(
            Answer.@Nullable Result result, @Nullable String detail) {}

    /**
     * A request that waits until it is known whose the transaction is.
     *
     * @param again has it taken anew
     */
    private record Outsider(Caller caller, Runnable again) {}

    /** A proposal that is not made before its branches have places. */
    private final class Awaited {

        private final Action.Propose proposal;
        private final Map<Execution, ParticipantName> wanted;
        private @Nullable Timer timer;
        private ParticipantLoad.@Nullable Waiter waiter;

        Awaited(Action.Propose proposal, Map<Execution, ParticipantName> wanted) {
            this.proposal = proposal;
            this.wanted = wanted;
        }
    }

    LiveTransaction(TransactionId id, EnginePorts ports, EngineSettings settings, Host host) {
        this.id = id;
        this.ports = ports;
        this.settings = settings;
        this.host = host;
        this.since = ports.clock().instant();
        this.state = GlobalTransaction.unknown(id);
    }

    TransactionId id() {
        return id;
    }

    /**
     * Takes a request.
     *
     * @param event what it does here
     * @param tooLate what it does instead if the transaction has left memory meanwhile
     */
    void request(Runnable event, Runnable tooLate) {
        submit(() -> {
            if (retired) {
                tooLate.run();
            } else {
                event.run();
            }
        });
    }

    /**
     * Takes a request of a caller that may see and decide its own transactions only. Whose this one is says the log, to the
     * first request that asks it, in that caller's name. Until then
     *
     * <ul>
     *   <li>requests of the same caller share what is under way;
     *   <li>those of others wait: to join would be to act, and to be answered, in a name that is not theirs.
     * </ul>
     *
     * <p>Then they are taken or refused by what the log has returned. If it refused the first one, or wrote nothing, the next
     * one asks for itself. Nobody waits longer than for an answer.
     *
     * @param event what it does here
     * @param tooLate what it does instead if the transaction has left memory meanwhile
     */
    void request(Caller caller, Runnable event, Runnable tooLate) {
        request(
                () -> {
                    if (foreign(caller)) {
                        caller.answer(new Answer(caller.foreign(), id, null, null));
                    } else if (record != null || Objects.equals(asker, caller.owner())) {
                        event.run();
                    } else if (state.phase() == TransactionPhase.ACTIVE) {
                        // Nothing that somebody else has said before is done in this name.
                        asker = caller.owner();
                        name = null;
                        state = GlobalTransaction.unknown(id);
                        event.run();
                    } else {
                        awaitOwner(new Outsider(caller, () -> request(caller, event, tooLate)));
                    }
                },
                tooLate);
    }

    private void awaitOwner(Outsider outsider) {
        outsiders.add(outsider);
        outsider.caller().timer(new Timer(false, settings.answerWithin(), () -> {
            outsiders.remove(outsider);
            outsider.caller().answer(new Answer(Answer.Result.UNKNOWN, id, null, null));
        }));
    }

    /** The log has said whose the transaction is, or nobody asks it any more. */
    private void takeOutsiders() {
        List<Outsider> all = List.copyOf(outsiders);
        outsiders.clear();
        all.forEach(outsider -> {
            outsider.caller().timer(null);
            outsider.again().run();
        });
    }

    private void learn(TransactionRecord returned) {
        record = returned;
        takeOutsiders();
    }

    // ---- requests; called within the inbox

    void commit(Coordinator.Commit request, Caller caller) {
        if (state.phase() == TransactionPhase.ACTIVE) {
            name = request.name();
        }
        wait(caller);
        apply(state.commitRequested(request.deadline(), request.collected(), Caller.expectedBy(request)));
        tellDecided(caller);
    }

    void rollback(Coordinator.Rollback request, Caller caller) {
        wait(caller);
        if (awaited != null) {
            // Nobody who wants it to end is kept waiting, or is refused with the commit that came first.
            Action.Propose first = awaited.proposal;
            if (giveUpPlaces()) {
                write(first);
            }
        }
        apply(state.rollbackRequested(request.cause(), request.reason(), request.branches()));
        tellDecided(caller);
    }

    void recover(TransactionRecord left) {
        if (state.phase() != TransactionPhase.ACTIVE) {
            return;
        }
        host.takenOver(this);
        ports.listener().recovered(left);
        name = left.name();
        asker = null;
        record = left;
        apply(state.recovered(left));
    }

    /**
     * An operator does not want to wait for the next attempt. What is under way is not sent a second time.
     *
     * @param decided as a clean write returned it
     */
    void retry(TransactionRecord decided) {
        if (state.phase() == TransactionPhase.ACTIVE) {
            name = decided.name();
            asker = null;
            record = decided;
            apply(state.recovered(decided));
            return;
        }
        Map<Execution, @Nullable Timer> now = new HashMap<>(pauses);
        now.forEach((execution, timer) -> {
            if (timer != null) {
                timer.cancel();
            }
            apply(state.redeliveryDue(execution));
        });
    }

    void resolved(TransactionRecord closed) {
        learn(closed);
        apply(state.resolved(closed.outcome() == null ? Outcome.HEURISTIC_HAZARD : closed.outcome()));
    }

    /**
     * This instance ends: what it has not finished is due for the others at once, instead of when its own attempts would
     * have been over. What is not decided here is left as it is; its deadline, or whoever asks, decides it.
     *
     * @param done completed with whether there was anything to hand over, when the log knows
     */
    void handOver(CompletableFuture<Boolean> done) {
        if (state.decision() == null || state.phase() == TransactionPhase.COMPLETED) {
            done.complete(false);
            return;
        }
        Progress progress = new Progress(id, heard(), false, Duration.ZERO);
        call(
                () -> ports.log().record(progress),
                LiveTransaction::lost,
                reply -> done.complete(reply.status() == Status.OK));
    }

    /** The transaction with its decision, if this instance holds one that a clean write returned (R4); null otherwise. */
    @Nullable
    TransactionRecord decided() {
        return state.decision() == null || record == null
                ? null
                : Records.current(record, state, ports.clock().instant());
    }

    // ---- doing what the protocol says

    private void apply(Step step) {
        state = step.next();
        armDeadline();
        for (Action action : step.actions()) {
            perform(action);
        }
    }

    private void perform(Action action) {
        if (action instanceof Action.Close close) {
            close(close, 1);
        } else if (action instanceof Action.AskVote ask) {
            askVote(ask.branch());
        } else if (action instanceof Action.Propose propose) {
            propose(propose);
        } else if (action instanceof Action.ProposeAgain) {
            // Scheduled by decide(), which knows the attempt.
        } else if (action instanceof Action.Order order) {
            order(order.branch(), order.decision());
        } else if (action instanceof Action.Adopt adopt) {
            adopt(adopt.branches(), 1);
        } else if (action instanceof Action.Acknowledged acknowledged) {
            due.remove(Execution.of(acknowledged.branch()));
            ports.listener().acknowledged(id, acknowledged.branch());
            if (behind && state.phase() != TransactionPhase.COMPLETED) {
                record();
            }
        } else if (action instanceof Action.ReportHeuristic heuristic) {
            ports.listener().heuristic(id, heuristic.branch());
        } else if (action instanceof Action.Redeliver redeliver) {
            redeliver(redeliver.branch(), redeliver.slowly());
        } else if (action instanceof Action.RecordCompletion) {
            ports.listener().completed(Objects.requireNonNull(decided()));
            record();
        } else if (action instanceof Action.Tell) {
            tell();
        } else {
            throw new IllegalStateException("unknown action " + action);
        }
    }

    private void close(Action.Close close, int attempt) {
        call(() -> ports.log().close(id, close.expected(), asker), LiveTransaction::lost, reply -> {
            if (state.phase() != TransactionPhase.CLOSING) {
                return;
            }
            if (clean(reply) && reply.record() != null) {
                learn(reply.record());
                apply(state.closed(reply.record()));
            } else if (nothingMoreToDo(reply, attempt)) {
                refuse(reply);
            } else {
                Duration wait = settings.decisionRetry().after(attempt, ports.random());
                ports.listener().indeterminate(id, reply.detail(), wait);
                later(wait, () -> {
                    if (state.phase() == TransactionPhase.CLOSING) {
                        close(close, attempt + 1);
                    }
                });
            }
        });
    }

    private void askVote(Branch branch) {
        Duration remaining = remaining();
        if (remaining.isNegative() || remaining.isZero()) {
            outstanding++;
            submit(() -> {
                outstanding--;
                apply(state.deadlinePassed());
            });
            return;
        }
        Execution execution = Execution.of(branch);
        Instant until = state.deadline() == null ? ports.clock().instant().plus(remaining) : state.deadline();
        call(
                () -> ports.participants().prepare(id, branch, until, remaining),
                error -> new ParticipantClient.VoteReply(null, error.toString(), false),
                reply -> {
                    Vote vote = reply.vote();
                    apply(
                            vote == null
                                    ? state.voteUnknown(execution, reply.connectionFailed(), reply.reason())
                                    : state.voted(execution, vote, reply.reason()));
                });
    }

    /** Durable and replicated before any order is sent (R4). */
    private void propose(Action.Propose wanted) {
        releaseAll();
        if (wanted.decision() == Decision.ROLLBACK) {
            write(wanted);
            return;
        }
        Map<Execution, ParticipantName> ordered = new HashMap<>();
        for (Branch branch : wanted.branches()) {
            if (branch.vote() == Vote.PREPARED) {
                ordered.put(Execution.of(branch), branch.participant());
            }
        }
        ParticipantName full = host.load().take(ordered.values());
        if (full == null) {
            places.putAll(ordered);
            write(wanted);
        } else {
            awaitPlaces(new Awaited(wanted, ordered), full);
        }
    }

    /**
     * Back-pressure: a participant that does not keep up slows the commits that name it, and is the reason for refusing
     * them before it is overrun. After the decision it would be too late: a decision that stands is delivered.
     */
    private void awaitPlaces(Awaited next, ParticipantName full) {
        awaited = next;
        outstanding++;
        next.timer = new Timer(false, settings.admission().patience(), () -> {
            if (awaited == next && giveUpPlaces()) {
                ports.listener().refused(TransactionListener.Refused.PARTICIPANT);
                refuse(new Refusal(
                        Answer.Result.OVERLOADED,
                        "%s does not keep up; the limit is %d branches that have not ended"
                                .formatted(full, settings.admission().maxUnacknowledged())));
            }
        });
        next.waiter = host.load()
                .await(
                        next.wanted.values(),
                        () -> submit(() -> {
                            endWait();
                            places.putAll(next.wanted);
                            write(next.proposal);
                        }));
    }

    /** Whether the places had not been taken yet; if they had, the event that says so is on its way. */
    private boolean giveUpPlaces() {
        if (awaited == null || awaited.waiter == null || !host.load().cancel(awaited.waiter)) {
            return false;
        }
        endWait();
        return true;
    }

    private void endWait() {
        if (awaited != null && awaited.timer != null) {
            awaited.timer.cancel();
        }
        awaited = null;
        outstanding--;
    }

    private void release(Execution execution) {
        ParticipantName participant = places.remove(execution);
        if (participant != null) {
            host.load().release(participant);
        }
    }

    private void releaseAll() {
        List.copyOf(places.keySet()).forEach(this::release);
    }

    private void write(Action.Propose wanted) {
        Proposal next = new Proposal(
                ports.random().nextLong(),
                id,
                wanted.decision(),
                name,
                wanted.decision() == Decision.COMMIT ? state.deadline() : null,
                wanted.branches(),
                wanted.reason(),
                settings.takeOverAfter(),
                asker);
        proposal = next;
        decide(next, wanted.cause(), 1);
    }

    private void decide(Proposal sent, @Nullable RollbackCause cause, int attempt) {
        call(() -> ports.log().decide(sent), LiveTransaction::lost, reply -> {
            if (proposal != sent || state.phase() != TransactionPhase.DECIDING) {
                return;
            }
            TransactionRecord returned = reply.record();
            if (reply.status() == Status.OK && returned != null && returned.decision() != null) {
                learn(returned);
                Duration took = Duration.between(since, ports.clock().instant());
                ports.listener()
                        .decided(returned, reply.changed() ? written(returned, cause) : null, reply.changed(), took);
                apply(state.decided(returned));
            } else if (clean(reply) && returned != null && returned.decision() == null) {
                apply(state.proposalConflicted());
            } else if (nothingMoreToDo(reply, attempt)) {
                refuse(reply);
            } else {
                Duration wait = settings.decisionRetry().after(attempt, ports.random());
                ports.listener().indeterminate(id, reply.detail(), wait);
                apply(state.decisionIndeterminate());
                later(wait, () -> decide(sent, cause, attempt + 1));
            }
        });
    }

    /** The log itself turns a COMMIT into a ROLLBACK when its clock finds the deadline passed (R10). */
    private static @Nullable RollbackCause written(TransactionRecord winner, @Nullable RollbackCause proposed) {
        return winner.decision() == Decision.ROLLBACK && proposed == null ? RollbackCause.DEADLINE : proposed;
    }

    private static boolean clean(Reply reply) {
        return reply.status() == Status.OK || reply.status() == Status.CONFLICT || reply.status() == Status.CLOSED;
    }

    /** R8. An unavailable log wrote nothing this time; whether an earlier attempt did stays unknown. */
    private static boolean nothingMoreToDo(Reply reply, int attempt) {
        return switch (reply.status()) {
            case ABSENT, FOREIGN, TOO_OLD, IN_FUTURE, FULL -> true;
            // It may hold anything; but to go on asking would occupy this instance for as long as it is broken.
            case UNREADABLE, HELD -> true;
            case UNAVAILABLE -> attempt == 1;
            case OK, CONFLICT, CLOSED, INDETERMINATE -> false;
        };
    }

    private void refuse(Reply reply) {
        releaseAll();
        Answer.@Nullable Result result = switch (reply.status()) {
            case ABSENT -> Answer.Result.NOT_FOUND;
            // Depends on what was asked for.
            case FOREIGN -> null;
            case TOO_OLD -> Answer.Result.TOO_OLD;
            case IN_FUTURE -> Answer.Result.IN_FUTURE;
            case FULL -> Answer.Result.BRANCH_LIMIT;
            case UNAVAILABLE -> Answer.Result.UNAVAILABLE;
            case UNREADABLE -> Answer.Result.UNKNOWN;
            case HELD -> Answer.Result.HELD;
            case OK, CONFLICT, CLOSED, INDETERMINATE ->
                throw new IllegalStateException(id + ": not a refusal: " + reply);
        };
        refuse(new Refusal(result, reply.detail()));
    }

    private void refuse(Refusal why) {
        refusal = why;
        apply(state.notWritten());
        takeOutsiders();
    }

    private void order(Branch branch, Decision decision) {
        Execution execution = Execution.of(branch);
        due.put(execution, ports.clock().instant().plus(settings.takeOverAfter()));
        pauses.remove(execution);
        call(
                () -> ports.participants().order(id, branch, decision),
                error -> new ParticipantClient.OrderReply(null, error.toString()),
                reply -> {
                    if (reply.givenUp()) {
                        givenUp.add(execution);
                    } else {
                        givenUp.remove(execution);
                    }
                    if (reply.givenUp() || ended(reply.state())) {
                        release(execution);
                    }
                    apply(
                            reply.state() == null
                                    ? state.orderFailed(execution, reply.error())
                                    : state.reported(execution, reply.state()));
                    if (reply.givenUp()) {
                        tell();
                    }
                });
    }

    /** It says how the branch has ended, as ordered or not. */
    private static boolean ended(@Nullable BranchState fact) {
        return fact == BranchState.COMMITTED || fact == BranchState.ROLLED_BACK || fact == BranchState.NEVER_SEEN;
    }

    private void redeliver(Branch branch, boolean slowly) {
        Execution execution = Execution.of(branch);
        Duration wait =
                slowly ? settings.heuristicRetry() : settings.redelivery().after(branch.attempts(), ports.random());
        behind = true;
        kept = kept || (!slowly && host.keep(this));
        boolean here = kept && !slowly;
        Instant next = ports.clock().instant().plus(wait);
        due.put(execution, here ? next.plus(settings.takeOverAfter()) : next);
        ports.listener().unacknowledged(id, branch, wait);
        pauses.put(execution, here ? new Timer(true, wait, () -> apply(state.redeliveryDue(execution))) : null);
        record();
    }

    /** Losing an adoption costs the branch a wait until its own inquiry; so a few attempts are enough. */
    private void adopt(List<Branch> branches, int attempt) {
        call(() -> ports.log().adopt(id, branches), LiveTransaction::lost, reply -> {
            boolean lost = reply.status() == Status.INDETERMINATE || reply.status() == Status.UNAVAILABLE;
            if (lost && attempt < 3) {
                later(settings.decisionRetry().after(attempt, ports.random()), () -> adopt(branches, attempt + 1));
            }
        });
    }

    private List<BranchProgress> heard() {
        return state.branches().stream()
                .map(branch -> new BranchProgress(
                        branch.id(),
                        branch.ref(),
                        branch.state(),
                        branch.acknowledged(),
                        branch.attempts(),
                        branch.lastError()))
                .toList();
    }

    /** One record of progress at a time, and always of the latest, so that none overtakes another. */
    private void record() {
        if (recording) {
            recordAgain = true;
            return;
        }
        recording = true;
        boolean complete = state.phase() == TransactionPhase.COMPLETED;
        Progress progress = new Progress(id, heard(), complete, complete ? null : nextAttempt());
        call(() -> ports.log().record(progress), LiveTransaction::lost, reply -> {
            recording = false;
            TransactionRecord kept = reply.record();
            if (recordAgain) {
                recordAgain = false;
                record();
            } else if (complete && reply.status() == Status.OK && kept != null && kept.completedAt() == null) {
                // Another instance has adopted executions meanwhile.
                apply(state.adopted(kept.branches(), true));
            }
        });
    }

    private Duration nextAttempt() {
        Instant now = ports.clock().instant();
        Instant first = due.values().stream().min(Instant::compareTo).orElse(now);
        Duration wait = Duration.between(now, first);
        return wait.compareTo(settings.redelivery().first()) < 0
                ? settings.redelivery().first()
                : wait;
    }

    // ---- callers

    private void wait(Caller caller) {
        callers.add(caller);
        caller.timer(new Timer(false, settings.answerWithin(), () -> answer(caller, Answer.Result.UNKNOWN, null)));
    }

    private void tell() {
        if (state.phase() == TransactionPhase.ACTIVE) {
            Refusal why = Objects.requireNonNull(refusal, "a refusal");
            for (Caller caller : List.copyOf(callers)) {
                answer(caller, why.result() == null ? caller.foreign() : why.result(), why.detail());
            }
        } else {
            List.copyOf(callers).forEach(this::tellDecided);
        }
    }

    private void tellDecided(Caller caller) {
        if (state.decision() == null || !callers.contains(caller)) {
            return;
        }
        caller.decided();
        if (foreign(caller)) {
            // It was not when the request was taken: that was another row, which a failover has lost.
            answer(caller, caller.foreign(), null);
            return;
        }
        // First, so that nobody is told "complete" while a branch that it named has not ended.
        if (state.branches().size() + state.strangers(caller.named()).size() <= settings.maxBranches()) {
            apply(state.adopted(caller.named(), false));
        }
        Answer.Result result = caller.judge(state, record != null && record.begun());
        if (result != Answer.Result.PENDING) {
            answer(caller, result, state.reason());
        } else if (caller.patience().isZero() || !givenUp.isEmpty()) {
            // Waiting for a participant that is known not to answer only takes the caller's threads.
            answer(caller, result, null);
        } else if (!caller.waitsForCompletion()) {
            caller.waitForCompletion();
            caller.timer(new Timer(false, caller.patience(), () -> answer(caller, Answer.Result.PENDING, null)));
        }
    }

    private void answer(Caller caller, Answer.Result result, @Nullable String detail) {
        if (callers.remove(caller)) {
            caller.timer(null);
            caller.answer(new Answer(result, id, foreign(caller) ? null : decided(), detail));
        }
    }

    private boolean foreign(Caller caller) {
        return record != null && !record.belongsTo(caller.owner());
    }

    // ---- the inbox, and what is outstanding

    private void submit(Runnable event) {
        inbox.add(event);
        if (waiting.getAndIncrement() != 0) {
            return;
        }
        do {
            Runnable next = Objects.requireNonNull(inbox.poll());
            try {
                next.run();
                retireIfIdle();
            } catch (RuntimeException | Error e) {
                // A bug. This transaction is left to inquiries and recovery passes; the others go on.
                Thread thread = Thread.currentThread();
                thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
            }
        } while (waiting.decrementAndGet() != 0);
    }

    private void retireIfIdle() {
        if (retired || outstanding > 0) {
            return;
        }
        for (Caller caller : List.copyOf(callers)) {
            answer(caller, state.decision() == null ? Answer.Result.UNKNOWN : Answer.Result.PENDING, null);
        }
        retired = true;
        releaseAll();
        host.retired(this, kept);
        takeOutsiders();
    }

    private <T> void call(Supplier<CompletionStage<T>> port, Function<Throwable, T> lost, Consumer<T> reply) {
        outstanding++;
        BiConsumer<@Nullable T, @Nullable Throwable> done = (value, error) -> submit(() -> {
            outstanding--;
            reply.accept(error != null ? lost.apply(error) : Objects.requireNonNull(value));
        });
        CompletionStage<T> stage;
        try {
            stage = port.get();
        } catch (RuntimeException e) {
            done.accept(null, e);
            return;
        }
        stage.whenComplete(done);
    }

    private void later(Duration wait, Runnable event) {
        new Timer(true, wait, event);
    }

    private static Reply lost(Throwable error) {
        return new Reply(Status.INDETERMINATE, null, false, error.toString());
    }

    private void armDeadline() {
        boolean votes = state.phase() == TransactionPhase.PREPARING;
        if (!votes && state.phase() != TransactionPhase.CLOSING) {
            if (deadline != null) {
                deadline.cancel();
                deadline = null;
            }
            return;
        }
        Instant at = state.deadline();
        if (deadline != null && Objects.equals(at, deadlineArmed)) {
            return;
        }
        if (deadline != null) {
            deadline.cancel();
            deadline = null;
        }
        if (at != null || votes) {
            deadlineArmed = at;
            Duration wait = at == null
                    ? settings.voteTimeout()
                    : Duration.between(ports.clock().instant(), at);
            deadline = new Timer(false, wait.isNegative() ? Duration.ZERO : wait, () -> apply(state.deadlinePassed()));
        }
    }

    private Duration remaining() {
        Instant at = state.deadline();
        Duration bound = settings.voteTimeout();
        if (at == null) {
            return bound;
        }
        Duration left = Duration.between(ports.clock().instant(), at);
        return left.compareTo(bound) < 0 ? left : bound;
    }

    /** A timer whose event is taken in the inbox, and that can be called off there at any time before. */
    final class Timer {

        private final boolean keepsAlive;
        private boolean over;
        private final Scheduler.Cancellable task;

        private Timer(boolean keepsAlive, Duration wait, Runnable event) {
            this.keepsAlive = keepsAlive;
            outstanding += keepsAlive ? 1 : 0;
            this.task = ports.scheduler()
                    .schedule(
                            wait,
                            () -> submit(() -> {
                                if (!over) {
                                    end();
                                    event.run();
                                }
                            }));
        }

        void cancel() {
            if (!over) {
                end();
                task.cancel();
            }
        }

        private void end() {
            over = true;
            outstanding -= keepsAlive ? 1 : 0;
        }
    }
}
