package io.assent.chaos.simulation;

import io.assent.coordinator.engine.Answer;
import io.assent.coordinator.engine.Coordinator.Inquired;
import io.assent.coordinator.engine.Coordinator.Inquiry;
import io.assent.coordinator.engine.ParticipantClient.OrderReply;
import io.assent.coordinator.engine.ParticipantClient.VoteReply;
import io.assent.coordinator.protocol.Branch;
import io.assent.coordinator.protocol.Execution;
import io.assent.participant.engine.BranchResource;
import io.assent.participant.engine.BranchResourceException;
import io.assent.participant.engine.BranchService;
import io.assent.participant.engine.CallEnd;
import io.assent.participant.engine.CoordinatorClient;
import io.assent.participant.engine.CurrentReservation;
import io.assent.participant.engine.CurrentTransaction;
import io.assent.participant.engine.GlobalTransactionContext;
import io.assent.participant.engine.HeldTransaction;
import io.assent.participant.engine.InDoubtResolver;
import io.assent.participant.engine.Initiator;
import io.assent.participant.engine.Inquiries;
import io.assent.participant.engine.LateBranches;
import io.assent.participant.engine.ParticipantDirectory;
import io.assent.participant.postgres.BranchConnections;
import io.assent.participant.postgres.BranchPreparer;
import io.assent.participant.postgres.PostgresBranchResource;
import io.assent.participant.postgres.ReservationLog;
import io.assent.participant.protocol.PreparedBranch;
import io.assent.participant.tcc.Reservations;
import io.assent.participant.tcc.ReservingBranchResource;
import io.assent.protocol.BranchId;
import io.assent.protocol.BranchRef;
import io.assent.protocol.BranchState;
import io.assent.protocol.Decision;
import io.assent.protocol.InquiryAnswer;
import io.assent.protocol.TransactionId;
import io.assent.protocol.TransactionToken;
import io.assent.protocol.Vote;
import io.assent.protocol.header.BranchVote;
import io.assent.protocol.header.BranchesHeader;
import io.assent.protocol.header.TransactionContext;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * One process with the real starter in it: its branch service, its sweep, its initiator and its direct path to PostgreSQL,
 * on a model of that database. Around it stands what Spring would be: a call is one branch with one local transaction.
 */
final class SimulatedParticipant extends Process {

    /** Longer than anything may take that still orders or asks. */
    static final Duration MARKER_RETENTION = Duration.ofSeconds(60);

    private static final Duration CALL = Duration.ofMillis(800);
    private static final Duration PATIENCE = Duration.ofMillis(1_500);
    private static final Duration EXPIRY = Duration.ofMillis(250);
    private static final Duration WORK_TIMEOUT = Duration.ofMillis(3_000);

    final Service service;
    private final Checker checker;
    private final List<SimulatedCoordinator> coordinators;
    private final Twin twin;
    private final Duration clockOffset;
    private int unfinished;
    private BranchService branches;
    private LateBranches late;
    /** The local transactions of branches that are held open. */
    private Map<TransactionId, LocalTransaction> held;

    private Reservations reservations;
    private BranchConnections connections;
    private ParticipantDirectory directory;
    private InDoubtResolver resolver;
    private BranchService.Runtime runtime;

    @SuppressWarnings("NullAway") // The rest is set by started(), which is also what a new incarnation begins with.
    SimulatedParticipant(
            World world,
            Service service,
            Checker checker,
            List<SimulatedCoordinator> coordinators,
            Twin twin,
            Duration clockOffset) {
        super(world, service.name + "/" + service.replicas.size());
        this.service = service;
        this.checker = checker;
        this.coordinators = coordinators;
        this.twin = twin;
        this.clockOffset = clockOffset;
        started();
    }

    @Override
    boolean blocks() {
        return true;
    }

    @Override
    void crashed() {
        world.statistics.count(
                unfinished == 0 ? "participant killed, nothing running" : "participant killed, calls running");
        if (!service.database.inDoubt().isEmpty()) {
            world.statistics.count("participant killed, branch in doubt");
        }
        if (late.count() > 0) {
            world.statistics.count("participant killed, branch held open");
        }
        unfinished = 0;
        service.database.disconnect(this);
        resolver.stop();
    }

    @Override
    void started() {
        DataSource completion = ModelJdbc.dataSource(() -> service.database.connect(this));
        CoordinatorClient coordinator = twin.wrap(new Client(), world);
        runtime = new BranchService.Runtime(
                () -> world.now().plus(clockOffset), length -> world.await(this, length, () -> false), world.random);
        reservations = new Reservations(
                new ReservationLog(() -> completion, Duration.ofMinutes(1)), this::endReservation, world.random);
        if (service.outside != null) {
            reservations.use();
        }
        BranchResource resource = twin.wrap(
                new ReservingBranchResource(
                        new PostgresBranchResource(completion, service.database.participant, Duration.ofMillis(200)),
                        reservations,
                        service.database.participant,
                        twin.cancelDelay()),
                world);
        held = new HashMap<>();
        late = new LateBranches(
                this::beginHeld,
                new LateBranches.Settings(
                        world.faults == Faults.NONE ? 1_000 : 3, Duration.ofSeconds(3), Duration.ofMillis(400)),
                runtime);
        branches = new BranchService(
                service.database.participant,
                this::url,
                resource,
                late,
                (ref, decision) -> world.statistics.count("participant: ended by " + decision),
                Duration.ofMillis(300),
                runtime);
        directory = new ParticipantDirectory();
        BranchPreparer preparer = new BranchPreparer(
                resource,
                coordinator,
                context -> new BranchVote(
                        context.branch(), service.database.participant, url(), Vote.PENDING, context.ref()),
                Duration.ofMillis(400),
                Duration.ofMillis(50));
        connections = new BranchConnections(() -> preparer);
        resolver = new InDoubtResolver(
                resource,
                branches,
                new Inquiries(coordinator, runtime.clock()),
                (task, delay) -> world.task(delay, this, task),
                new InDoubtResolver.Settings(
                        Duration.ofMillis(700), Duration.ofMillis(300), 1_000, MARKER_RETENTION, 100));
        resolver.start();
        if (service.late) {
            world.task(EXPIRY, this, this::expire);
        }
    }

    private void expire() {
        late.expire();
        world.task(EXPIRY, this, this::expire);
    }

    /** Where coordinators reach it: held open, a branch belongs to one replica. */
    String url() {
        return service.late ? service.origin + "/" + service.replicas.indexOf(this) + "/assent/v1" : service.url;
    }

    private HeldTransaction beginHeld() {
        GlobalTransactionContext context = Objects.requireNonNull(CurrentTransaction.get());
        try {
            LocalTransaction local = begin(context);
            held.put(context.id(), local);
            return new HeldLocalTransaction(local, () -> held.remove(context.id()));
        } catch (SQLException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    /** As the starter does with Spring: the call to the outside and the deletion of the record in one local transaction. */
    private void endReservation(ReservationLog.Row row, boolean confirm) {
        Outside outside = Objects.requireNonNull(service.outside);
        GlobalTransactionContext suspended = CurrentTransaction.get();
        CurrentTransaction.clear();
        Connection connection = ModelJdbc.connection(service.database.connect(this));
        try {
            connection.setAutoCommit(false);
            boolean mine = ReservationLog.lock(connection, row.key());
            if (mine) {
                if (confirm) {
                    outside.sell(this, row.key());
                } else {
                    outside.release(this, row.key());
                }
                ReservationLog.delete(connection, row.key());
            }
            connection.commit();
            if (!mine && reservations.log().isOpen(row.key())) {
                throw new BranchResourceException("is being ended elsewhere");
            }
        } catch (SQLException | IllegalStateException e) {
            throw new BranchResourceException("not ended: " + e.getMessage(), e);
        } finally {
            try {
                connection.close();
            } catch (SQLException broken) {
                // It is gone all the same.
            }
            if (suspended != null) {
                CurrentTransaction.set(suspended);
            }
        }
    }

    BranchService.Runtime runtime() {
        return runtime;
    }

    BranchService branches() {
        return branches;
    }

    boolean idle() {
        return unfinished == 0;
    }

    /** The real initiator; what it asks of a coordinator goes to {@code client}. */
    Initiator initiator(CoordinatorClient client) {
        return new Initiator(branches, client, directory, runtime);
    }

    LocalTransaction begin(GlobalTransactionContext context) throws SQLException {
        return LocalTransaction.begin(context, connections, ModelJdbc.connection(service.database.connect(this)));
    }

    // ---- calls

    /** Calls another participant within the transaction, and goes on when the answer is there or will not come. */
    void call(GlobalTransactionContext context, Plan plan, Runnable next) {
        GlobalTransactionContext.Call call;
        try {
            call = context.startCall(plan.service().origin);
        } catch (IllegalStateException refused) {
            world.statistics.count("call refused by the starter");
            next.run();
            return;
        }
        SimulatedParticipant to = plan.service().at(context.holder(plan.service().origin), world);
        world.<String>call(
                this,
                to,
                WORK_TIMEOUT,
                reply -> to.work(call.header(), plan, reply),
                header -> {
                    context.answered(call, world.chance(world.faults.loss() / 10) ? "garbage" : header);
                    next.run();
                },
                refused -> {
                    context.failed(call, refused ? "was refused" : "got no reply");
                    next.run();
                });
    }

    /** Makes the calls one after the other. */
    void callAll(GlobalTransactionContext context, List<Plan> plans, int from, Runnable next) {
        if (from == plans.size()) {
            next.run();
        } else {
            call(context, plans.get(from), () -> callAll(context, plans, from + 1, next));
        }
    }

    /** A work call arrives. */
    void work(String header, Plan plan, Consumer<String> respond) {
        unfinished++;
        new Work(branches.begin(TransactionContext.parse(header), directory), plan, respond).start();
    }

    /** One call, as the starter's filter and Spring handle it. */
    private final class Work {

        private final GlobalTransactionContext context;
        private final Plan plan;
        private final Consumer<String> respond;
        private @Nullable LocalTransaction local;

        Work(GlobalTransactionContext context, Plan plan, Consumer<String> respond) {
            this.context = context;
            this.plan = plan;
            this.respond = respond;
        }

        void start() {
            world.trace(() -> name + " works on branch " + context.branch() + " of " + Checker.brief(context.id())
                    + ": " + plan.behaviour());
            try {
                if (service.late) {
                    CurrentTransaction.set(context);
                    late.enter(context);
                    if (context.duplicate() != null) {
                        announce();
                        return;
                    }
                }
                write();
            } catch (SQLException | IllegalStateException | BranchResourceException | LateBranches.RefusedException e) {
                failed(e.getMessage());
                return;
            }
            callAll(context, plan.nested(), 0, () -> {
                if (plan.think().isZero()) {
                    commit();
                } else {
                    world.task(plan.think(), SimulatedParticipant.this, this::commit);
                }
            });
        }

        private void write() throws SQLException {
            if (plan.behaviour() == Plan.Behaviour.NOTHING) {
                return;
            }
            LocalTransaction begun = begun();
            if (plan.behaviour() == Plan.Behaviour.READ) {
                begun.read(plan.account());
                return;
            }
            killedAt(CrashPoint.PARTICIPANT_BEFORE_WRITE);
            begun.debit(plan.account(), plan.amount());
            begun.enter(context.ref(), plan.account(), plan.amount());
            reserve();
            killedAt(CrashPoint.PARTICIPANT_AFTER_WRITE);
            if (plan.behaviour() == Plan.Behaviour.SWALLOW) {
                begun.failAndSwallow();
            } else if (plan.behaviour() == Plan.Behaviour.UNPREPARABLE) {
                begun.useTemporaryTable();
            }
        }

        private void reserve() {
            Outside outside = service.outside;
            if (outside == null) {
                return;
            }
            GlobalTransactionContext branch = late.branchOf(context);
            try {
                reservations.reserve(context, branch, "seat", "[]", () -> {
                    outside.hold(
                            SimulatedParticipant.this, Objects.requireNonNull(CurrentReservation.get()), branch.ref());
                    return null;
                });
            } catch (RuntimeException | Error e) {
                throw e;
            } catch (Throwable e) {
                throw new IllegalStateException(e);
            }
        }

        /** Its own, or the one that is held open. */
        private LocalTransaction begun() throws SQLException {
            if (!late.isWorkedOnBy(context)) {
                LocalTransaction own = begin(context);
                local = own;
                return own;
            }
            LocalTransaction open = Objects.requireNonNull(held.get(context.id()));
            if (open.context() != context) {
                world.statistics.count("worked in a branch held open");
                service.database.joined(context.ref(), open.context().ref());
            }
            return open;
        }

        private void commit() {
            if (plan.behaviour() == Plan.Behaviour.FAIL) {
                failed("the application failed");
                return;
            }
            LocalTransaction ending = local;
            try {
                if (ending != null) {
                    local = null;
                    if (context.rollbackReason() != null) {
                        killedAt(CrashPoint.PARTICIPANT_ROLLBACK);
                    }
                    ending.commit();
                }
            } catch (SQLException e) {
                failed(e.getMessage());
                return;
            }
            announce();
        }

        private void failed(@Nullable String why) {
            world.trace(() ->
                    name + ", branch " + context.branch() + " of " + Checker.brief(context.id()) + " failed: " + why);
            killedAt(CrashPoint.PARTICIPANT_ROLLBACK);
            if (local != null) {
                local.rollback();
            }
            context.setRollbackOnly("the work call failed");
            announce();
        }

        /** As the starter's filter does. */
        private void announce() {
            CurrentTransaction.clear();
            List<BranchVote> votes =
                    new CallEnd(branches, new Client()).announce(context).votes();
            BranchVote own = votes.get(0);
            world.statistics.count("vote: " + own.vote() + (context.duplicate() == null ? "" : ", repeated"));
            branches.end(context);
            checker.voted(context.id(), own.vote(), own.ref(), service.database);
            unfinished--;
            respond.accept(BranchesHeader.format(votes));
            if (own.vote() == Vote.PREPARED) {
                // Killed later, when it only waits.
                world.later(Duration.ofMillis(30), SimulatedParticipant.this, () -> {
                    if (own.ref() != null && service.database.isPrepared(own.ref())) {
                        world.reached(CrashPoint.PARTICIPANT_IN_DOUBT, SimulatedParticipant.this, context.id());
                    }
                });
            }
        }

        private void killedAt(CrashPoint point) {
            if (world.reached(point, SimulatedParticipant.this, context.id())) {
                throw new Killed(name);
            }
        }
    }

    // ---- messages from coordinators

    VoteReply prepare(TransactionId transaction, BranchId branch, @Nullable BranchRef ref, Duration remaining) {
        try {
            BranchService.PrepareAnswer answer = branches.prepare(transaction, branch, ref, remaining);
            checker.voted(transaction, answer.vote(), ref, service.database);
            return new VoteReply(answer.vote(), answer.reason(), false);
        } catch (BranchResourceException e) {
            return new VoteReply(null, e.getMessage(), false);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    OrderReply order(TransactionId transaction, BranchId branch, @Nullable BranchRef ref, Decision decision) {
        if (twin.ordersByBranchAlone()) {
            for (String gid : List.copyOf(service.database.inDoubt())) {
                if (gid.contains(":" + branch + ":")) {
                    service.database.endByHand(new BranchRef(gid), decision == Decision.COMMIT);
                }
            }
        }
        if (decision == Decision.ROLLBACK && ref != null && branches.isRunning(transaction, branch, ref)) {
            if (world.reached(CrashPoint.PARTICIPANT_ROLLBACK, this, transaction)) {
                throw new Killed(name);
            }
        }
        OrderReply reply = branches.order(new BranchService.Order(transaction, branch, ref, decision))
                .map(state -> new OrderReply(state, null))
                .orElse(new OrderReply(null, "not known"));
        if (reply.state() == BranchState.COMMITTED && service.database.unreplicated(ref)) {
            checker.fail("I9", transaction, "COMMITTED is reported of " + ref + ", and a failover could lose it");
        }
        world.trace(() -> name + " was ordered " + decision + " " + branch + " of " + Checker.brief(transaction) + ": "
                + reply.state());
        return reply;
    }

    // ---- the way to the coordinators, as the starter's HTTP client goes it

    private final class Client implements CoordinatorClient {

        @Override
        public CommitAnswer commit(CommitOrder order) {
            throw new IllegalStateException("initiators bring their own");
        }

        @Override
        public RollbackAnswer rollback(TransactionId transaction, String reason, List<BranchVote> votes) {
            throw new IllegalStateException("initiators bring their own");
        }

        @Override
        public EnlistAnswer enlist(
                TransactionId transaction, @Nullable TransactionToken token, BranchVote vote, Duration within) {
            Branch branch =
                    Branch.named(vote.branch(), vote.participant(), vote.url(), vote.ref(), vote.vote(), vote.reason());
            Instant until = world.now().plus(within.compareTo(PATIENCE) < 0 ? within : PATIENCE);
            do {
                SimulatedCoordinator coordinator = world.any(coordinators);
                Answer answer = world.<Answer>ask(
                        SimulatedParticipant.this,
                        coordinator,
                        CALL,
                        reply -> coordinator
                                .api()
                                .enlist(transaction, branch, token)
                                .thenAccept(reply));
                if (answer == null) {
                    continue;
                }
                switch (answer.result()) {
                    case CREATED, OK -> {
                        if (vote.vote() == Vote.PENDING) {
                            checker.enlisted(transaction, Execution.of(branch));
                        }
                        return new EnlistAnswer(true, "");
                    }
                    case UNAVAILABLE, OVERLOADED, UNKNOWN -> {}
                    default -> {
                        world.statistics.count("enlist: " + answer.result());
                        return new EnlistAnswer(false, answer.result().name());
                    }
                }
            } while (world.now().isBefore(until));
            return new EnlistAnswer(false, "no coordinator answered");
        }

        @Override
        public Map<BranchRef, InquiryAnswer> inquire(List<PreparedBranch> asked) {
            if (coordinators.isEmpty()) {
                // Where every order of messages is tried, a participant only waits for its orders.
                return Map.of();
            }
            asked.forEach(branch -> checker.asked(branch.transaction(), branch.branch()));
            if (world.reached(
                    CrashPoint.PARTICIPANT_INQUIRY,
                    SimulatedParticipant.this,
                    asked.get(0).transaction())) {
                throw new Killed(name);
            }
            List<Inquiry> inquiries = asked.stream()
                    .map(branch -> new Inquiry(branch.transaction(), branch.branch(), branch.ref(), branch.deadline()))
                    .toList();
            SimulatedCoordinator coordinator = world.any(coordinators);
            List<Inquired> told = world.<List<Inquired>>ask(
                    SimulatedParticipant.this,
                    coordinator,
                    CALL,
                    reply -> coordinator
                            .api()
                            .inquire(service.database.participant, inquiries)
                            .thenAccept(answers -> {
                                answers.forEach(checker::inquired);
                                reply.accept(answers);
                            }));
            Map<BranchRef, InquiryAnswer> answers = new HashMap<>();
            for (Inquired one : told == null ? List.<Inquired>of() : told) {
                world.statistics.count("inquiry: " + one.answer());
                if (one.answer() == InquiryAnswer.FORGOTTEN) {
                    checker.held(Objects.requireNonNull(one.inquiry().ref()), service.database);
                }
                answers.put(one.inquiry().ref(), one.answer());
            }
            return answers;
        }
    }
}
