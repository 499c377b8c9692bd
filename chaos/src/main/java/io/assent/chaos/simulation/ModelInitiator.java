package io.assent.chaos.simulation;

import io.assent.coordinator.engine.Answer;
import io.assent.coordinator.engine.Coordinator;
import io.assent.coordinator.protocol.Branch;
import io.assent.coordinator.protocol.ExpectedBranch;
import io.assent.chaos.simulation.ModelParticipant.Behaviour;
import io.assent.chaos.simulation.ModelParticipant.WorkReply;
import io.assent.protocol.BranchId;
import io.assent.protocol.TransactionId;
import io.assent.protocol.Vote;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Starts one transaction, calls participants, and asks for its end; asks again, at another coordinator, while it does not
 * know. When it is killed it does not come back: its transaction is left behind.
 */
final class ModelInitiator extends Process {

    private enum Flow {
        COLLECTED,
        BEGUN_EXPECTING_NOTHING,
        BEGUN_EXPECTING_NAMES,
        BEGUN_EXPECTING_BRANCHES
    }

    private enum End {
        COMMIT,
        COMMIT_AND_ROLLBACK_AT_ONCE,
        COMMIT_TWICE_AT_ONCE,
        COMMIT_WITH_OTHER_SET_TOO,
        ROLLBACK,
        ABANDON
    }

    private final Checker checker;
    private final List<SimulatedCoordinator> coordinators;
    private final List<ModelParticipant> participants;
    private final Flow flow;
    private final End end;
    private final Duration patience;
    private final boolean clean;
    private final List<Behaviour> behaviours = new ArrayList<>();
    private final List<Branch> branches = new ArrayList<>();
    private TransactionId id;
    private Instant deadline;
    private boolean refused;
    private int waiting;
    private int asking;

    ModelInitiator(
            World world,
            String name,
            Checker checker,
            List<SimulatedCoordinator> coordinators,
            List<ModelParticipant> participants,
            boolean clean) {
        super(world, name);
        this.checker = checker;
        this.coordinators = coordinators;
        this.participants = participants;
        this.clean = clean;
        this.flow = Flow.values()[world.chance(0.5) ? 0 : world.between(1, 3)];
        this.end = clean || world.chance(0.5) ? End.COMMIT : End.values()[world.between(1, End.values().length - 1)];
        this.patience = world.chance(0.3) ? Duration.ZERO : Duration.ofMillis(world.between(50, 1_000));
        int calls = world.between(1, 3);
        for (int i = 0; i < calls; i++) {
            behaviours.add(behaviour());
        }
        world.later(Duration.ofMillis(world.between(0, 2_000)), this, this::begin);
    }

    private Behaviour behaviour() {
        if (world.chance(0.1)) {
            return Behaviour.READ_ONLY;
        }
        if (!clean && world.chance(0.08)) {
            return Behaviour.REFUSE;
        }
        return world.chance(0.3) ? Behaviour.LATE : Behaviour.EARLY;
    }

    boolean idle() {
        return !up() || asking == 0;
    }

    @Override
    void crashed() {
        asking = 0;
        world.statistics.count("initiator killed");
    }

    @Override
    void started() {
        // Nobody remembers what it was doing.
    }

    // ---- the work

    private void begin() {
        asking++;
        id = TransactionId.create(world.now(), world.random);
        Duration timeout = Duration.ofMillis(world.between(clean ? 5_000 : 1_000, 8_000));
        deadline = world.now().plus(timeout);
        world.statistics.count("flow: " + flow);
        if (flow == Flow.COLLECTED) {
            callAll();
        } else {
            begin(timeout, 3);
        }
    }

    private void begin(Duration timeout, int attempts) {
        SimulatedCoordinator coordinator = any();
        Runnable again = () -> {
            if (attempts > 1) {
                begin(timeout, attempts - 1);
            } else {
                asking--;
            }
        };
        world.<Answer>call(
                this,
                coordinator,
                Duration.ofSeconds(1),
                answer -> coordinator
                        .api()
                        .begin(new Coordinator.Begin(id, "test", timeout))
                        .thenAccept(answer),
                answer -> {
                    if (answer.result() == Answer.Result.CREATED) {
                        callAll();
                    } else {
                        again.run();
                    }
                },
                connection -> again.run());
    }

    private void callAll() {
        world.trace(() -> name + " " + flow + " " + end + " " + Checker.brief(id) + " " + behaviours);
        if (clean) {
            checker.mustCommit(id);
        }
        waiting = behaviours.size();
        for (int i = 0; i < behaviours.size(); i++) {
            BranchId branch = BranchId.INITIATOR.child(i + 1);
            ModelParticipant participant = participants.get(world.random.nextInt(participants.size()));
            Behaviour behaviour = behaviours.get(i);
            world.<WorkReply>call(
                    this,
                    participant,
                    Duration.ofMillis(2_500),
                    reply -> participant.work(id, branch, deadline, flow != Flow.COLLECTED, behaviour, reply),
                    reply -> {
                        refused |= reply.vote() == Vote.ROLLBACK;
                        called(Branch.named(
                                branch, participant.participant, participant.url, reply.ref(), reply.vote()));
                    },
                    connection -> {
                        refused = true;
                        called(Branch.named(branch, participant.participant, participant.url, null, Vote.PENDING));
                    });
        }
    }

    private void called(Branch branch) {
        branches.add(branch);
        if (--waiting > 0) {
            return;
        }
        if (refused) {
            // Now and then it asks for the commit all the same: then the coordinator has to see it.
            if (flow == Flow.COLLECTED && world.chance(0.2)) {
                commit(any(), branches, 8);
            } else {
                rollback(any(), 8);
            }
        } else {
            end();
        }
        asking--;
    }

    // ---- the end

    private void end() {
        SimulatedCoordinator one = any();
        SimulatedCoordinator other = other(one);
        world.statistics.count("end: " + end);
        switch (end) {
            case COMMIT -> commit(one, branches, 8);
            case COMMIT_AND_ROLLBACK_AT_ONCE -> {
                commit(one, branches, 8);
                rollback(other, 8);
            }
            case COMMIT_TWICE_AT_ONCE -> {
                commit(one, branches, 8);
                commit(world.chance(0.5) ? one : other, branches, 8);
            }
            case COMMIT_WITH_OTHER_SET_TOO -> {
                commit(one, branches, 8);
                commit(other, branches.subList(0, branches.size() - 1), 8);
            }
            case ROLLBACK -> rollback(one, 8);
            case ABANDON -> world.statistics.count("abandoned");
        }
    }

    private void commit(SimulatedCoordinator coordinator, List<Branch> set, int attempts) {
        asking++;
        List<Branch> named = List.copyOf(set);
        if (flow == Flow.COLLECTED) {
            checker.requested(id, named);
        }
        List<ExpectedBranch> expected = named.stream()
                .map(branch ->
                        new ExpectedBranch(branch.id(), flow == Flow.BEGUN_EXPECTING_BRANCHES ? branch.ref() : null))
                .toList();
        boolean full = flow == Flow.COLLECTED || flow == Flow.BEGUN_EXPECTING_BRANCHES;
        Coordinator.Commit request = new Coordinator.Commit(
                id,
                "test",
                full ? deadline : null,
                full ? named : null,
                flow == Flow.BEGUN_EXPECTING_NOTHING ? null : expected,
                patience);
        ask(
                coordinator,
                answer -> coordinator.commit(request, answer),
                () -> commit(other(coordinator), named, attempts - 1),
                attempts);
    }

    private void rollback(SimulatedCoordinator coordinator, int attempts) {
        asking++;
        Coordinator.Rollback request = new Coordinator.Rollback(id, "wanted", List.copyOf(branches), patience);
        ask(
                coordinator,
                answer -> coordinator.rollback(request, answer),
                () -> rollback(other(coordinator), attempts - 1),
                attempts);
    }

    private void ask(
            SimulatedCoordinator coordinator, Consumer<Consumer<Answer>> request, Runnable again, int attempts) {
        Runnable unresolved = () -> {
            asking--;
            if (attempts > 1) {
                asking++;
                world.later(Duration.ofMillis(world.between(50, 400)), this, () -> {
                    asking--;
                    again.run();
                });
            } else {
                world.statistics.count("initiator gave up");
            }
        };
        world.<Answer>call(
                this,
                coordinator,
                Duration.ofSeconds(3),
                request,
                answer -> {
                    switch (answer.result()) {
                        case UNKNOWN, UNAVAILABLE, OVERLOADED -> unresolved.run();
                        default -> asking--;
                    }
                },
                connection -> unresolved.run());
    }

    private SimulatedCoordinator any() {
        return coordinators.get(world.random.nextInt(coordinators.size()));
    }

    private SimulatedCoordinator other(SimulatedCoordinator one) {
        return coordinators.get((coordinators.indexOf(one) + 1) % coordinators.size());
    }

    @Nullable
    TransactionId id() {
        return id;
    }
}
