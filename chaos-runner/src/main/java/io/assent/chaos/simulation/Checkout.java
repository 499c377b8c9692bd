package io.assent.chaos.simulation;

import io.assent.coordinator.engine.Answer;
import io.assent.coordinator.engine.Coordinator;
import io.assent.coordinator.protocol.Branch;
import io.assent.participant.engine.CoordinatorClient;
import io.assent.participant.engine.CoordinatorClient.CommitAnswer;
import io.assent.participant.engine.CoordinatorClient.CommitOrder;
import io.assent.participant.engine.CoordinatorClient.EnlistAnswer;
import io.assent.participant.engine.CoordinatorClient.RollbackAnswer;
import io.assent.participant.engine.CoordinatorClient.Told;
import io.assent.participant.engine.GlobalTransactionContext;
import io.assent.participant.engine.Initiator;
import io.assent.participant.protocol.BranchPhase;
import io.assent.participant.protocol.PreparedBranch;
import io.assent.protocol.BranchRef;
import io.assent.protocol.InquiryAnswer;
import io.assent.protocol.TransactionId;
import io.assent.protocol.TransactionToken;
import io.assent.protocol.header.BranchVote;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A transaction of the collected flow: the real initiator in a process with the starter. Its requests to coordinators are
 * asked as the starter's HTTP client asks them: one instance after the other until one answers conclusively or the time is
 * up. They do not block, so that transactions overlap.
 */
final class Checkout {

    /** How it ends. */
    enum End {
        COMMIT,
        COMMIT_AND_ROLLBACK_AT_ONCE,
        COMMIT_TWICE_AT_ONCE,
        COMMIT_WITH_OTHER_SET_TOO,
        ROLLBACK,
        ABANDON
    }

    private static final Duration CALL = Duration.ofSeconds(2);

    /** Whose the transaction is. Participants and recovery ask in no name. */
    private static final String OWNER = "shop";

    private final World world;
    private final Checker checker;
    private final SimulatedParticipant home;
    private final List<SimulatedCoordinator> coordinators;
    private final Scenario scenario;
    private final Initiator initiator;
    private final GlobalTransactionContext context;
    private final TransactionId id;
    private final int epoch;
    private final Instant patience;
    private @Nullable LocalTransaction own;
    private int asking;

    private Checkout(
            World world,
            Checker checker,
            SimulatedParticipant home,
            List<SimulatedCoordinator> coordinators,
            Scenario scenario) {
        this.world = world;
        this.checker = checker;
        this.home = home;
        this.coordinators = coordinators;
        this.scenario = scenario;
        this.epoch = home.epoch();
        this.initiator = home.initiator(new Asking());
        this.context = initiator.begin(scenario.timeout());
        this.id = context.id();
        this.patience = world.now().plus(scenario.timeout()).plusSeconds(4);
    }

    /** Starts one in the process; to be called within a task of it. */
    static Checkout start(
            World world,
            Checker checker,
            SimulatedParticipant home,
            List<SimulatedCoordinator> coordinators,
            Scenario scenario) {
        Checkout checkout = new Checkout(world, checker, home, coordinators, scenario);
        checkout.begin();
        return checkout;
    }

    boolean idle() {
        return asking == 0 || !home.lives(epoch);
    }

    private void begin() {
        asking++;
        world.shape(id, scenario.shape());
        world.trace(() -> home.name + " starts " + Checker.brief(id) + " (" + id + ") " + scenario);
        world.statistics.count("flow: collected");
        if (scenario.clean()) {
            checker.mustCommit(id);
        }
        try {
            if (scenario.own() != null) {
                own = home.begin(context);
                own.debit(scenario.own().account(), scenario.own().amount());
                own.enter(
                        context.ref(), scenario.own().account(), scenario.own().amount());
            }
        } catch (SQLException e) {
            rollBack("own work failed: " + e.getMessage());
            return;
        }
        calls(0);
    }

    private void calls(int next) {
        List<Plan> plans = scenario.calls();
        if (next == plans.size()) {
            finish();
            return;
        }
        if (next > 0 && world.reached(CrashPoint.INITIATOR_BETWEEN_BRANCHES, home, id)) {
            throw new Killed(home.name);
        }
        home.call(context, plans.get(next), () -> calls(next + 1));
    }

    private void finish() {
        world.statistics.count("end: " + scenario.end());
        if (scenario.end() == End.ABANDON) {
            asking--;
            if (own != null) {
                own.rollback();
            }
            return;
        }
        if (scenario.end() == End.ROLLBACK) {
            rollBack("wanted");
            return;
        }
        try {
            LocalTransaction ending = own;
            own = null;
            if (ending != null) {
                ending.commit();
            }
            if (context.own().phase() == BranchPhase.COMMITTED_LOCALLY) {
                checker.committedAlone(context.ref());
            }
        } catch (SQLException e) {
            if (context.own().phase() == BranchPhase.COMMIT_UNKNOWN) {
                world.statistics.count("initiator's own commit unknown");
                checker.mayHaveCommittedAlone(context.ref());
                initiator.leave(context);
                told(Told.UNKNOWN);
                asking--;
            } else {
                rollBack("the local commit failed: " + e.getMessage());
            }
            return;
        }
        CommitAnswer answer = initiator.commit(context, "test");
        if (answer.told() != Told.UNKNOWN) {
            told(answer.told());
        }
        asking--;
    }

    private void rollBack(String reason) {
        if (own != null) {
            own.rollback();
            own = null;
        }
        initiator.rollback(context, reason);
        asking--;
    }

    private void told(Told told) {
        world.statistics.count("initiator told " + told);
        checker.initiatorTold(id, told);
    }

    /** Takes the real initiator's request and asks it in events; what comes of it is told later. */
    private final class Asking implements CoordinatorClient {

        @Override
        public CommitAnswer commit(CommitOrder order) {
            List<Branch> set = branches(order.branches());
            SimulatedCoordinator one = world.any(coordinators);
            SimulatedCoordinator other = next(one);
            askCommit(one, order, set);
            switch (scenario.end()) {
                case COMMIT_AND_ROLLBACK_AT_ONCE -> askRollback(other, set, answer -> {});
                case COMMIT_TWICE_AT_ONCE -> askCommit(world.chance(0.5) ? one : other, order, set);
                case COMMIT_WITH_OTHER_SET_TOO -> askCommit(other, order, set.subList(0, set.size() - 1));
                case COMMIT, ROLLBACK, ABANDON -> {}
            }
            if (world.reached(CrashPoint.INITIATOR_COMMIT_SENT, home, id)) {
                throw new Killed(home.name);
            }
            return new CommitAnswer(Told.UNKNOWN, "under way", false);
        }

        @Override
        public RollbackAnswer rollback(TransactionId transaction, String reason, List<BranchVote> votes) {
            askRollback(world.any(coordinators), branches(votes), Checkout.this::told);
            return new RollbackAnswer(Told.UNKNOWN, "under way");
        }

        @Override
        public EnlistAnswer enlist(
                TransactionId transaction, @Nullable TransactionToken token, BranchVote branch, Duration within) {
            throw new IllegalStateException("nothing is enlisted in this flow");
        }

        @Override
        public Map<BranchRef, InquiryAnswer> inquire(List<PreparedBranch> branches) {
            throw new IllegalStateException("an initiator does not inquire");
        }
    }

    private void askCommit(SimulatedCoordinator coordinator, CommitOrder order, List<Branch> set) {
        asking++;
        checker.requested(id, set);
        Coordinator.Commit request =
                new Coordinator.Commit(id, order.name(), order.deadline(), set, null, scenario.patience(), OWNER);
        Runnable again = () -> {
            asking--;
            if (world.now().isBefore(patience)) {
                asking++;
                world.task(Duration.ofMillis(world.between(20, 300)), home, () -> {
                    asking--;
                    askCommit(next(coordinator), order, set);
                });
            } else {
                told(Told.UNKNOWN);
            }
        };
        world.<Answer>call(
                home,
                coordinator,
                CALL,
                reply -> coordinator.commit(request, reply),
                answer -> {
                    if (world.reached(CrashPoint.INITIATOR_REPLY_LOST, home, id)) {
                        throw new Killed(home.name);
                    }
                    switch (answer.result()) {
                        case UNKNOWN, UNAVAILABLE, OVERLOADED -> again.run();
                        case COMPLETE, PENDING -> over(Told.COMMITTED);
                        case ROLLED_BACK -> over(Told.ROLLED_BACK);
                        case SET_CONFLICT -> over(Told.UNKNOWN);
                        default -> {
                            // Refused: that settles nothing, a rollback does.
                            world.statistics.count("commit refused: " + answer.result());
                            asking--;
                            askRollback(coordinator, set, Checkout.this::told);
                        }
                    }
                },
                refused -> again.run());
    }

    private void over(Told told) {
        asking--;
        told(told);
    }

    private void askRollback(SimulatedCoordinator coordinator, List<Branch> set, Consumer<Told> then) {
        asking++;
        Coordinator.Rollback request = new Coordinator.Rollback(id, "wanted", set, scenario.patience(), OWNER);
        Runnable again = () -> {
            asking--;
            if (world.now().isBefore(patience)) {
                asking++;
                world.task(Duration.ofMillis(world.between(20, 300)), home, () -> {
                    asking--;
                    askRollback(next(coordinator), set, then);
                });
            } else {
                then.accept(Told.UNKNOWN);
            }
        };
        world.<Answer>call(
                home,
                coordinator,
                CALL,
                reply -> coordinator.rollback(request, reply),
                answer -> {
                    if (world.reached(CrashPoint.INITIATOR_REPLY_LOST, home, id)) {
                        throw new Killed(home.name);
                    }
                    switch (answer.result()) {
                        case UNKNOWN, UNAVAILABLE, OVERLOADED -> again.run();
                        case COMPLETE, PENDING -> {
                            asking--;
                            then.accept(Told.ROLLED_BACK);
                        }
                        case COMMITTED -> {
                            asking--;
                            then.accept(Told.COMMITTED);
                        }
                        default -> {
                            world.statistics.count("rollback refused: " + answer.result());
                            asking--;
                            then.accept(Told.UNKNOWN);
                        }
                    }
                },
                refused -> again.run());
    }

    private SimulatedCoordinator next(SimulatedCoordinator one) {
        return coordinators.get((coordinators.indexOf(one) + 1) % coordinators.size());
    }

    private static List<Branch> branches(List<BranchVote> votes) {
        return votes.stream()
                .map(vote -> Branch.named(
                        vote.branch(), vote.participant(), vote.url(), vote.ref(), vote.vote(), vote.reason()))
                .toList();
    }
}
