package io.assent.chaos.simulation;

import io.assent.coordinator.engine.Answer;
import io.assent.coordinator.engine.Coordinator;
import io.assent.coordinator.engine.DecisionLog;
import io.assent.coordinator.engine.EnginePorts;
import io.assent.coordinator.engine.EngineSettings;
import io.assent.coordinator.engine.ParticipantClient;
import io.assent.coordinator.engine.RecoveryPass;
import io.assent.coordinator.engine.Scheduler;
import io.assent.coordinator.engine.TransactionCoordinator;
import io.assent.coordinator.protocol.Branch;
import io.assent.protocol.Decision;
import io.assent.protocol.ParticipantName;
import io.assent.protocol.TransactionId;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The real engine, with the model's ports. Killed, it loses everything; started again, it is a new engine. */
final class SimulatedCoordinator extends Process {

    private static final Duration PASS = Duration.ofMillis(600);
    private static final Duration CLEANUP = Duration.ofSeconds(3);
    private static final Duration VOTE = Duration.ofMillis(1_500);
    private static final Duration CALL = Duration.ofSeconds(1);

    private final ModelLog model;
    private final Checker checker;
    private final Map<String, Service> participants = new HashMap<>();
    private final EngineSettings settings;
    private final Duration clockOffset;
    private final Twin twin;
    private final RandomGenerator tokens;
    private TransactionCoordinator engine;
    private Coordinator api;
    private RecoveryPass pass;

    @SuppressWarnings("NullAway") // The rest is set by started(), which is also what a new incarnation begins with.
    SimulatedCoordinator(
            World world,
            String name,
            ModelLog model,
            Checker checker,
            EngineSettings settings,
            Duration clockOffset,
            Twin twin) {
        super(world, name);
        this.model = model;
        this.checker = checker;
        this.settings = settings;
        this.tokens = new SplittableRandom(name.hashCode());
        this.clockOffset = clockOffset;
        this.twin = twin;
        started();
    }

    void meets(Service service) {
        participants.put(service.name, service);
    }

    Coordinator api() {
        return api;
    }

    void commit(Coordinator.Commit request, Consumer<Answer> reply) {
        api.commit(request).thenAccept(answer -> {
            answered(Decision.COMMIT, answer, reply);
        });
    }

    void rollback(Coordinator.Rollback request, Consumer<Answer> reply) {
        api.rollback(request).thenAccept(answer -> {
            answered(Decision.ROLLBACK, answer, reply);
        });
    }

    private void answered(Decision wanted, Answer answer, Consumer<Answer> reply) {
        checker.told(wanted, answer);
        if (answer.result() != Answer.Result.COMPLETE
                || !world.reached(CrashPoint.COORDINATOR_BEFORE_REPLY, this, answer.id())) {
            reply.accept(answer);
        }
    }

    /** Whether it works on nothing; what cannot be read in the log is excused. */
    boolean idle(Set<TransactionId> excused) {
        return engine.inFlight() <= excused.size() && engine.redelivering() <= excused.size();
    }

    @Override
    void crashed() {
        world.statistics.count(engine.inFlight() == 0 ? "coordinator killed, idle" : "coordinator killed, busy");
    }

    @Override
    void started() {
        DecisionLog log = twin.wrap(model.connect(this), model, world);
        EnginePorts ports = new EnginePorts(
                log,
                twin.wrap(new Participants(epoch()), world),
                new SilentListener(world.statistics, checker::heuristic),
                new Timers(),
                () -> world.now().plus(clockOffset),
                new Randomness(world.random, tokens));
        engine = new TransactionCoordinator(ports, settings);
        api = twin.wrap(engine, world);
        pass = new RecoveryPass(log, engine, settings);
        world.later(Duration.ofMillis(world.between(1, 600)), this, this::recover);
        world.later(CLEANUP, this, this::clean);
    }

    private void recover() {
        world.later(PASS, this, this::recover);
        pass.run();
    }

    private void clean() {
        world.later(CLEANUP, this, this::clean);
        model.forget(this);
    }

    /**
     * Bytes are for tokens, which no decision depends on. They are drawn beside, so that a seed that has found something goes on
     * doing what it did.
     */
    private record Randomness(RandomGenerator decisive, RandomGenerator tokens) implements RandomGenerator {

        @Override
        public long nextLong() {
            return decisive.nextLong();
        }

        @Override
        public long nextLong(long bound) {
            return decisive.nextLong(bound);
        }

        @Override
        public void nextBytes(byte[] bytes) {
            tokens.nextBytes(bytes);
        }
    }

    private final class Timers implements Scheduler {

        @Override
        public Cancellable schedule(Duration delay, Runnable task) {
            boolean[] cancelled = new boolean[1];
            world.later(twin.wait(delay, clockOffset), SimulatedCoordinator.this, () -> {
                if (!cancelled[0]) {
                    task.run();
                }
            });
            return () -> cancelled[0] = true;
        }
    }

    private final class Participants implements ParticipantClient {

        private final int incarnation;
        private final Set<TransactionId> ordered = new HashSet<>();

        Participants(int incarnation) {
            this.incarnation = incarnation;
        }

        @Override
        public boolean allowed(ParticipantName participant, @Nullable String url) {
            return participants.containsKey(participant.value());
        }

        @Override
        public CompletionStage<VoteReply> prepare(
                TransactionId transaction, Branch branch, Instant deadline, Duration remaining) {
            CompletableFuture<VoteReply> future = new CompletableFuture<>();
            if (!lives(incarnation)) {
                return future;
            }
            SimulatedParticipant participant = at(branch);
            world.<VoteReply>call(
                    SimulatedCoordinator.this,
                    participant,
                    remaining.compareTo(VOTE) < 0 ? remaining : VOTE,
                    vote -> vote.accept(participant.prepare(transaction, branch.id(), branch.ref(), remaining)),
                    reply -> {
                        if (!world.reached(
                                CrashPoint.COORDINATOR_AFTER_SOME_VOTES, SimulatedCoordinator.this, transaction)) {
                            future.complete(reply);
                        }
                    },
                    refused -> future.complete(new VoteReply(null, "no reply", refused)));
            world.reached(CrashPoint.COORDINATOR_AFTER_SOME_PREPARES, SimulatedCoordinator.this, transaction);
            return future;
        }

        @Override
        public CompletionStage<OrderReply> order(TransactionId transaction, Branch branch, Decision decision) {
            CompletableFuture<OrderReply> future = new CompletableFuture<>();
            if (!lives(incarnation)
                    || (ordered.add(transaction)
                            && world.reached(
                                    CrashPoint.COORDINATOR_BEFORE_ORDERS, SimulatedCoordinator.this, transaction))) {
                return future;
            }
            checker.ordered(transaction, branch, decision);
            SimulatedParticipant participant = at(branch);
            world.<OrderReply>call(
                    SimulatedCoordinator.this,
                    participant,
                    CALL,
                    fact -> fact.accept(participant.order(transaction, branch.id(), branch.ref(), decision)),
                    reply -> {
                        if (!world.reached(
                                CrashPoint.COORDINATOR_BEFORE_ACKNOWLEDGED, SimulatedCoordinator.this, transaction)) {
                            future.complete(reply);
                        }
                    },
                    refused -> future.complete(new OrderReply(null, "no reply")));
            world.reached(CrashPoint.COORDINATOR_AFTER_SOME_ORDERS, SimulatedCoordinator.this, transaction);
            return future;
        }

        private SimulatedParticipant at(Branch branch) {
            return Objects.requireNonNull(participants.get(branch.participant().value()))
                    .at(branch.url(), world);
        }
    }
}
