package io.assent.chaos.simulation;

import io.assent.coordinator.engine.Answer;
import io.assent.coordinator.engine.Coordinator.Inquired;
import io.assent.coordinator.engine.Coordinator.Inquiry;
import io.assent.coordinator.engine.ParticipantClient.OrderReply;
import io.assent.coordinator.engine.ParticipantClient.VoteReply;
import io.assent.coordinator.protocol.Branch;
import io.assent.coordinator.protocol.Execution;
import io.assent.protocol.BranchId;
import io.assent.protocol.BranchRef;
import io.assent.protocol.BranchState;
import io.assent.protocol.Decision;
import io.assent.protocol.InquiryAnswer;
import io.assent.protocol.ParticipantName;
import io.assent.protocol.TransactionId;
import io.assent.protocol.Vote;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A participant that keeps the rules: durable are its prepared branches, their ends and its tombstones; everything else is
 * lost when it is killed. It sweeps its branches in doubt.
 */
final class ModelParticipant extends Process {

    /** How it deals with a call. */
    enum Behaviour {
        EARLY,
        LATE,
        READ_ONLY,
        REFUSE
    }

    /** What it answers to a call. */
    record WorkReply(Vote vote, @Nullable BranchRef ref) {}

    /** A branch of a transaction. */
    record Key(TransactionId transaction, BranchId branch) {}

    private static final Duration SWEEP = Duration.ofMillis(700);

    final ParticipantName participant;
    final String url;
    private final Checker checker;
    private final List<SimulatedCoordinator> coordinators;
    private final Twin twin;
    private int refs;

    private final Map<Key, Durable> durable = new LinkedHashMap<>();
    private final Set<Key> tombstones = new HashSet<>();

    private final Map<Key, Open> open = new LinkedHashMap<>();
    private final Set<BranchRef> readOnly = new HashSet<>();

    private static final class Durable {
        final BranchRef ref;
        final Instant deadline;
        final long preparedAt;
        BranchState state = BranchState.PREPARED;

        Durable(BranchRef ref, Instant deadline, long preparedAt) {
            this.ref = ref;
            this.deadline = deadline;
            this.preparedAt = preparedAt;
        }
    }

    private static final class Open {
        final BranchRef ref;
        final Instant deadline;
        boolean worked;

        Open(BranchRef ref, Instant deadline) {
            this.ref = ref;
            this.deadline = deadline;
        }
    }

    ModelParticipant(World world, String name, Checker checker, List<SimulatedCoordinator> coordinators, Twin twin) {
        super(world, name);
        this.participant = new ParticipantName(name);
        this.url = "http://" + name;
        this.checker = checker;
        this.coordinators = coordinators;
        this.twin = twin;
        started();
    }

    @Override
    void crashed() {
        world.statistics.count("participant killed, " + (open.isEmpty() ? "nothing open" : "branch open"));
        if (durable.values().stream().anyMatch(d -> d.state == BranchState.PREPARED)) {
            world.statistics.count("participant killed, branch in doubt");
        }
        open.clear();
        readOnly.clear();
    }

    @Override
    void started() {
        world.later(SWEEP, this, this::sweep);
    }

    // ---- the work call

    void work(
            TransactionId transaction,
            BranchId branch,
            Instant deadline,
            boolean enlist,
            Behaviour behaviour,
            Consumer<WorkReply> respond) {
        Key key = new Key(transaction, branch);
        Durable known = durable.get(key);
        if (known != null) {
            // A repeated call meets the marker.
            respond.accept(
                    known.state == BranchState.ROLLED_BACK
                            ? new WorkReply(Vote.ROLLBACK, known.ref)
                            : new WorkReply(Vote.PREPARED, known.ref));
            return;
        }
        Open running = open.get(key);
        if (running != null) {
            if (running.worked) {
                respond.accept(new WorkReply(Vote.PENDING, running.ref));
            }
            return;
        }
        if (tombstones.contains(key)) {
            world.statistics.count("work call met a tombstone");
            respond.accept(new WorkReply(Vote.ROLLBACK, null));
            return;
        }
        if (behaviour == Behaviour.REFUSE) {
            respond.accept(new WorkReply(Vote.ROLLBACK, null));
            return;
        }
        Open started = new Open(new BranchRef("assent:" + name + ":" + refs++), deadline);
        open.put(key, started);
        if (enlist) {
            enlist(key, started, behaviour, respond, 2);
        } else {
            finishWork(key, started, behaviour, respond);
        }
    }

    private void enlist(Key key, Open work, Behaviour behaviour, Consumer<WorkReply> respond, int attempts) {
        Branch branch = Branch.named(key.branch(), participant, url, work.ref, Vote.PENDING);
        SimulatedCoordinator coordinator = any();
        world.<Answer>call(
                this,
                coordinator,
                Duration.ofSeconds(1),
                answer -> coordinator.api().enlist(key.transaction(), branch).thenAccept(answer),
                answer -> {
                    if (open.get(key) != work) {
                        respond.accept(new WorkReply(Vote.ROLLBACK, work.ref));
                    } else if (answer.result() == Answer.Result.CREATED || answer.result() == Answer.Result.OK) {
                        if (behaviour != Behaviour.READ_ONLY) {
                            checker.enlisted(key.transaction(), new Execution(key.branch(), work.ref));
                        }
                        finishWork(key, work, behaviour, respond);
                    } else {
                        open.remove(key);
                        respond.accept(new WorkReply(Vote.ROLLBACK, work.ref));
                    }
                },
                refused -> {
                    if (attempts > 1 && open.get(key) == work) {
                        enlist(key, work, behaviour, respond, attempts - 1);
                    } else {
                        open.remove(key, work);
                        respond.accept(new WorkReply(Vote.ROLLBACK, work.ref));
                    }
                });
    }

    private void finishWork(Key key, Open work, Behaviour behaviour, Consumer<WorkReply> respond) {
        switch (behaviour) {
            case EARLY -> {
                prepare(key, work);
                respond.accept(new WorkReply(Vote.PREPARED, work.ref));
            }
            case LATE -> {
                work.worked = true;
                respond.accept(new WorkReply(Vote.PENDING, work.ref));
            }
            case READ_ONLY -> {
                open.remove(key);
                readOnly.add(work.ref);
                respond.accept(new WorkReply(Vote.READ_ONLY, work.ref));
            }
            case REFUSE -> throw new IllegalStateException("refused before");
        }
    }

    private void prepare(Key key, Open work) {
        open.remove(key);
        durable.put(key, new Durable(work.ref, work.deadline, world.time()));
        checker.prepared(work.ref);
        world.trace(() -> name + " prepared " + key.branch() + " of " + Checker.brief(key.transaction()));
    }

    // ---- messages from coordinators

    VoteReply vote(TransactionId transaction, BranchId branch, @Nullable BranchRef ref) {
        Key key = new Key(transaction, branch);
        Durable known = durable.get(key);
        if (known != null && known.ref.equals(ref)) {
            return known.state == BranchState.ROLLED_BACK
                    ? new VoteReply(Vote.ROLLBACK, "rolled back before", false)
                    : new VoteReply(Vote.PREPARED, null, false);
        }
        if (ref != null && readOnly.contains(ref)) {
            return new VoteReply(Vote.READ_ONLY, null, false);
        }
        Open work = open.get(key);
        if (work != null && work.ref.equals(ref) && work.worked) {
            prepare(key, work);
            return new VoteReply(Vote.PREPARED, null, false);
        }
        if (work != null && work.ref.equals(ref)) {
            open.remove(key);
        }
        tombstones.add(key);
        return new VoteReply(Vote.ROLLBACK, "not there", false);
    }

    OrderReply order(TransactionId transaction, BranchId branch, @Nullable BranchRef ref, Decision decision) {
        Key key = twin.ordersByBranchAlone() ? anyOf(transaction, branch) : new Key(transaction, branch);
        BranchState state = end(key, ref, decision);
        world.trace(() ->
                name + " was ordered " + decision + " " + branch + " of " + Checker.brief(transaction) + ": " + state);
        return new OrderReply(state, null);
    }

    private BranchState end(Key key, @Nullable BranchRef ref, Decision decision) {
        Durable known = durable.get(key);
        boolean meant = known != null && (twin.ordersByBranchAlone() || ref == null || known.ref.equals(ref));
        if (decision == Decision.COMMIT) {
            if (known == null || !meant) {
                return BranchState.NEVER_SEEN;
            }
            if (known.state == BranchState.PREPARED) {
                known.state = BranchState.COMMITTED;
            }
            return known.state;
        }
        Open work = open.get(key);
        if (work != null && (ref == null || work.ref.equals(ref))) {
            open.remove(key);
        }
        if (known == null) {
            tombstones.add(key);
            return work == null ? BranchState.NEVER_SEEN : BranchState.ROLLED_BACK;
        }
        if (!meant) {
            return BranchState.NEVER_SEEN;
        }
        if (known.state == BranchState.PREPARED) {
            known.state = BranchState.ROLLED_BACK;
            tombstones.add(key);
        }
        return known.state;
    }

    private Key anyOf(TransactionId transaction, BranchId branch) {
        for (Map.Entry<Key, Durable> entry : durable.entrySet()) {
            if (entry.getKey().branch().equals(branch) && entry.getValue().state == BranchState.PREPARED) {
                return entry.getKey();
            }
        }
        return new Key(transaction, branch);
    }

    // ---- its own sweep

    private void sweep() {
        world.later(SWEEP, this, this::sweep);
        // Before voting it may roll back alone (R5).
        open.values().removeIf(work -> work.deadline.plusSeconds(1).isBefore(world.now()));
        List<Inquiry> inquiries = new ArrayList<>();
        durable.forEach((key, branch) -> {
            if (branch.state == BranchState.PREPARED && world.time() - branch.preparedAt > 300_000_000L) {
                inquiries.add(new Inquiry(key.transaction(), key.branch(), branch.ref, branch.deadline));
            }
        });
        if (inquiries.isEmpty()) {
            return;
        }
        SimulatedCoordinator coordinator = any();
        world.<List<Inquired>>call(
                this,
                coordinator,
                Duration.ofSeconds(2),
                answer -> coordinator.api().inquire(participant, inquiries).thenAccept(answers -> {
                    answers.forEach(checker::inquired);
                    answer.accept(answers);
                }),
                answers -> answers.forEach(this::obey),
                refused -> {});
    }

    private void obey(Inquired told) {
        world.statistics.count("inquiry: " + told.answer());
        Inquiry inquiry = told.inquiry();
        if (told.answer() == InquiryAnswer.COMMIT || told.answer() == InquiryAnswer.ROLLBACK) {
            Decision decision = told.answer() == InquiryAnswer.COMMIT ? Decision.COMMIT : Decision.ROLLBACK;
            end(new Key(inquiry.transaction(), inquiry.branch()), inquiry.ref(), decision);
        }
    }

    private SimulatedCoordinator any() {
        return coordinators.get(world.random.nextInt(coordinators.size()));
    }

    // ---- what the checker sees

    @Nullable
    BranchState stateOf(TransactionId transaction, BranchId branch, @Nullable BranchRef ref) {
        Durable known = durable.get(new Key(transaction, branch));
        return known != null && (ref == null || known.ref.equals(ref)) ? known.state : null;
    }

    /** Every execution that was ever prepared, with its transaction. */
    Map<Key, Map.Entry<BranchRef, BranchState>> prepared() {
        Map<Key, Map.Entry<BranchRef, BranchState>> all = new HashMap<>();
        durable.forEach((key, branch) -> all.put(key, Map.entry(branch.ref, branch.state)));
        return all;
    }

    boolean idle() {
        return open.isEmpty() && durable.values().stream().noneMatch(branch -> branch.state == BranchState.PREPARED);
    }
}
