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
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The real engine, with the model's ports. Killed, it loses everything; started again, it is a new engine. */
final class SimulatedCoordinator extends Process {

    private static final Duration PASS = Duration.ofMillis(600);
    private static final Duration CALL = Duration.ofSeconds(1);

    private final ModelLog model;
    private final Checker checker;
    private final Map<String, ModelParticipant> participants = new HashMap<>();
    private final EngineSettings settings;
    private final Duration clockOffset;
    private final Twin twin;
    private TransactionCoordinator engine;
    private Coordinator api;
    private RecoveryPass pass;

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
        this.clockOffset = clockOffset;
        this.twin = twin;
        started();
    }

    void meets(ModelParticipant participant) {
        participants.put(participant.name, participant);
    }

    Coordinator api() {
        return api;
    }

    void commit(Coordinator.Commit request, Consumer<Answer> reply) {
        api.commit(request).thenAccept(answer -> {
            checker.told(Decision.COMMIT, answer);
            reply.accept(answer);
        });
    }

    void rollback(Coordinator.Rollback request, Consumer<Answer> reply) {
        api.rollback(request).thenAccept(answer -> {
            checker.told(Decision.ROLLBACK, answer);
            reply.accept(answer);
        });
    }

    boolean idle() {
        return engine.inFlight() == 0 && engine.redelivering() == 0;
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
                twin.wrap(new Participants(), world),
                new SilentListener(world.statistics),
                new Timers(),
                () -> world.now().plus(clockOffset),
                world.random);
        engine = new TransactionCoordinator(ports, settings);
        api = twin.wrap(engine, world);
        pass = new RecoveryPass(log, engine, settings);
        world.later(Duration.ofMillis(world.between(1, 600)), this, this::recover);
    }

    private void recover() {
        world.later(PASS, this, this::recover);
        pass.run();
    }

    private final class Timers implements Scheduler {

        @Override
        public Cancellable schedule(Duration delay, Runnable task) {
            boolean[] cancelled = new boolean[1];
            world.later(delay, SimulatedCoordinator.this, () -> {
                if (!cancelled[0]) {
                    task.run();
                }
            });
            return () -> cancelled[0] = true;
        }
    }

    private final class Participants implements ParticipantClient {

        @Override
        public boolean allowed(ParticipantName participant, @Nullable String url) {
            return participants.containsKey(participant.value());
        }

        @Override
        public CompletionStage<VoteReply> prepare(
                TransactionId transaction, Branch branch, Instant deadline, Duration remaining) {
            CompletableFuture<VoteReply> future = new CompletableFuture<>();
            ModelParticipant participant = participants.get(branch.participant().value());
            world.<VoteReply>call(
                    SimulatedCoordinator.this,
                    participant,
                    remaining.compareTo(CALL) < 0 ? remaining : CALL,
                    vote -> vote.accept(participant.vote(transaction, branch.id(), branch.ref())),
                    future::complete,
                    refused -> future.complete(new VoteReply(null, "no reply", refused)));
            return future;
        }

        @Override
        public CompletionStage<OrderReply> order(TransactionId transaction, Branch branch, Decision decision) {
            checker.ordered(transaction, branch, decision);
            CompletableFuture<OrderReply> future = new CompletableFuture<>();
            ModelParticipant participant = participants.get(branch.participant().value());
            world.<OrderReply>call(
                    SimulatedCoordinator.this,
                    participant,
                    CALL,
                    fact -> fact.accept(participant.order(transaction, branch.id(), branch.ref(), decision)),
                    future::complete,
                    refused -> future.complete(new OrderReply(null, "no reply")));
            return future;
        }
    }
}
