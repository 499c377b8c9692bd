package io.assent.chaos.simulation;

import io.assent.coordinator.engine.Answer;
import io.assent.coordinator.engine.Coordinator;
import io.assent.coordinator.protocol.Branch;
import io.assent.coordinator.protocol.ExpectedBranch;
import io.assent.protocol.BranchId;
import io.assent.protocol.ParticipantName;
import io.assent.protocol.TransactionId;
import io.assent.protocol.TransactionToken;
import io.assent.protocol.Vote;
import io.assent.protocol.header.BranchVote;
import io.assent.protocol.header.BranchesHeader;
import io.assent.protocol.header.TransactionContext;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A transaction of the enlisted flow: any HTTP client begins it, calls participants, and asks for its end; asks again, at
 * another coordinator, while it does not know. When it is killed it does not come back: its transaction is left behind.
 */
final class PlainClient extends Process {

    private enum Expecting {
        NOTHING,
        NAMES,
        BRANCHES
    }

    private static final Duration CALL = Duration.ofSeconds(2);

    /** Whose the transaction is. Participants and recovery ask in no name. */
    private static final String OWNER = "client";

    private final Checker checker;
    private final List<SimulatedCoordinator> coordinators;
    private final Scenario scenario;
    private final Expecting expecting;
    private final TransactionId id;
    private final Instant deadline;
    private final Instant patience;
    private final List<Branch> branches = new ArrayList<>();
    private @Nullable TransactionToken token;
    private boolean dead;
    private boolean refused;
    private int asking;

    PlainClient(
            World world,
            String name,
            Checker checker,
            List<SimulatedCoordinator> coordinators,
            Scenario scenario,
            Duration clockOffset) {
        super(world, name);
        this.checker = checker;
        this.coordinators = coordinators;
        this.scenario = scenario;
        this.expecting = Expecting.values()[world.between(world.aboutVotes() ? 1 : 0, 2)];
        this.id = TransactionId.create(world.now().plus(clockOffset), world.random);
        this.deadline = world.now().plus(clockOffset).plus(scenario.timeout());
        this.patience = world.now().plus(scenario.timeout()).plusSeconds(4);
        world.shape(id, scenario.shape());
        world.statistics.count("flow: enlisted, expecting " + expecting);
        world.trace(() -> name + " starts " + Checker.brief(id) + " (" + id + ") " + scenario);
        asking++;
        world.task(Duration.ZERO, this, () -> begin(3));
    }

    boolean idle() {
        return dead || asking == 0;
    }

    @Override
    void crashed() {
        dead = true;
        world.statistics.count("plain client killed");
    }

    @Override
    void started() {
        // Nobody remembers what it was doing.
    }

    private void begin(int attempts) {
        SimulatedCoordinator coordinator = world.any(coordinators);
        Consumer<Boolean> again = connection -> {
            if (attempts > 1) {
                begin(attempts - 1);
            } else {
                asking--;
            }
        };
        world.<Answer>call(
                this,
                coordinator,
                CALL,
                reply -> coordinator
                        .api()
                        .begin(new Coordinator.Begin(id, "test", scenario.timeout(), OWNER))
                        .thenAccept(reply),
                answer -> {
                    if (answer.result() == Answer.Result.CREATED) {
                        token = answer.token();
                        if (scenario.clean()) {
                            checker.mustCommit(id);
                        }
                        calls(0);
                    } else {
                        again.accept(false);
                    }
                },
                again);
    }

    private void calls(int next) {
        List<Plan> plans = scenario.calls();
        if (next == plans.size()) {
            finish();
            asking--;
            return;
        }
        if (next > 0 && world.reached(CrashPoint.INITIATOR_BETWEEN_BRANCHES, this, id)) {
            return;
        }
        Plan plan = plans.get(next);
        BranchId branch = BranchId.INITIATOR.child(next + 1);
        Duration left = Duration.between(world.now(), patience.minusSeconds(4));
        String header = new TransactionContext(
                        id, branch, deadline, left.isNegative() ? Duration.ZERO : left, false, token)
                .format();
        SimulatedParticipant to = plan.service().any(world);
        boolean[] over = new boolean[1];
        if (!scenario.clean()
                && expecting != Expecting.NOTHING
                && next + 1 == plans.size()
                && world.chance(world.aboutVotes() ? 0.9 : 0.3)) {
            // Does not wait for the last answer: then votes are still missing at the commit request.
            world.task(Duration.ofMillis(world.between(5, 25)), this, () -> {
                if (!over[0]) {
                    over[0] = true;
                    world.statistics.count("plain client did not wait");
                    branches.add(Branch.named(
                            branch, new ParticipantName(plan.service().name), plan.service().url, null, Vote.PENDING));
                    calls(next + 1);
                }
            });
        }
        world.<String>call(
                this,
                to,
                Duration.ofMillis(3_000),
                reply -> to.work(header, plan, reply),
                answer -> {
                    if (over[0]) {
                        return;
                    }
                    over[0] = true;
                    for (BranchVote vote : BranchesHeader.parse(answer)) {
                        refused |= vote.vote() == Vote.ROLLBACK;
                        branches.add(Branch.named(
                                vote.branch(), vote.participant(), vote.url(), vote.ref(), vote.vote(), vote.reason()));
                    }
                    calls(next + 1);
                },
                connection -> {
                    if (over[0]) {
                        return;
                    }
                    over[0] = true;
                    refused = true;
                    branches.add(Branch.named(
                            branch, new ParticipantName(plan.service().name), plan.service().url, null, Vote.PENDING));
                    calls(next + 1);
                });
    }

    private void finish() {
        world.statistics.count("end: " + scenario.end());
        SimulatedCoordinator one = world.any(coordinators);
        SimulatedCoordinator other = next(one);
        if (refused && (expecting == Expecting.NOTHING || !world.chance(0.2))) {
            rollback(one);
            return;
        }
        // Now and then it asks for the commit although somebody said no: then the coordinator has to see it,
        // by the votes or by the branches that it expects.
        switch (scenario.end()) {
            case COMMIT -> commit(one, branches);
            case COMMIT_AND_ROLLBACK_AT_ONCE -> {
                commit(one, branches);
                rollback(other);
            }
            case COMMIT_TWICE_AT_ONCE -> {
                commit(one, branches);
                commit(world.chance(0.5) ? one : other, branches);
            }
            case COMMIT_WITH_OTHER_SET_TOO -> {
                commit(one, branches);
                commit(other, branches.subList(0, Math.max(0, branches.size() - 1)));
            }
            case ROLLBACK -> rollback(one);
            case ABANDON -> world.statistics.count("abandoned");
        }
        if (world.reached(CrashPoint.INITIATOR_COMMIT_SENT, this, id)) {
            world.statistics.count("plain client killed after its request");
        }
    }

    private void commit(SimulatedCoordinator coordinator, List<Branch> set) {
        asking++;
        List<Branch> named = List.copyOf(set);
        List<ExpectedBranch> expected = named.stream()
                .map(branch -> new ExpectedBranch(branch.id(), expecting == Expecting.BRANCHES ? branch.ref() : null))
                .toList();
        Coordinator.Commit request = new Coordinator.Commit(
                id,
                "test",
                expecting == Expecting.BRANCHES ? deadline : null,
                expecting == Expecting.BRANCHES ? named : null,
                expecting == Expecting.NOTHING ? null : expected,
                scenario.patience(),
                OWNER);
        if (expecting == Expecting.BRANCHES) {
            checker.requested(id, named);
        }
        ask(coordinator, answer -> coordinator.commit(request, answer), () -> commit(next(coordinator), named));
    }

    private void rollback(SimulatedCoordinator coordinator) {
        asking++;
        Coordinator.Rollback request =
                new Coordinator.Rollback(id, "wanted", List.copyOf(branches), scenario.patience(), OWNER);
        ask(coordinator, answer -> coordinator.rollback(request, answer), () -> rollback(next(coordinator)));
    }

    private void ask(SimulatedCoordinator coordinator, Consumer<Consumer<Answer>> request, Runnable again) {
        Runnable unresolved = () -> {
            asking--;
            if (world.now().isBefore(patience)) {
                asking++;
                world.task(Duration.ofMillis(world.between(20, 300)), this, () -> {
                    asking--;
                    again.run();
                });
            } else {
                world.statistics.count("plain client gave up");
            }
        };
        world.<Answer>call(
                this,
                coordinator,
                CALL,
                request,
                answer -> {
                    if (world.reached(CrashPoint.INITIATOR_REPLY_LOST, this, id)) {
                        return;
                    }
                    switch (answer.result()) {
                        case UNKNOWN, UNAVAILABLE, OVERLOADED -> unresolved.run();
                        default -> asking--;
                    }
                },
                connection -> unresolved.run());
    }

    private SimulatedCoordinator next(SimulatedCoordinator one) {
        return coordinators.get((coordinators.indexOf(one) + 1) % coordinators.size());
    }
}
