package io.assent.coordinator.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.coordinator.engine.Answer.Result;
import io.assent.coordinator.engine.ParticipantClient.OrderReply;
import io.assent.coordinator.engine.ParticipantClient.VoteReply;
import io.assent.coordinator.protocol.Branch;
import io.assent.coordinator.protocol.ExpectedBranch;
import io.assent.coordinator.protocol.TransactionRecord;
import io.assent.protocol.BranchState;
import io.assent.protocol.Decision;
import io.assent.protocol.ParticipantName;
import io.assent.protocol.TransactionId;
import io.assent.protocol.TransactionToken;
import io.assent.protocol.Vote;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Goal: the engine is right when its ports complete on any thread. Method: two coordinators share a log in memory; for
 * each of many transactions one is asked to commit and the other to roll back at the same moment, four threads do the
 * ports' work, and every answer has to be what the register holds.
 */
class ManyThreadsTests {

    private static final int TRANSACTIONS = 10_000;

    private final ExecutorService workers = Executors.newFixedThreadPool(4);
    private static final AdmissionLimits WIDE = new AdmissionLimits(100_000, 100_000, Duration.ZERO);

    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final Map<TransactionId, TransactionRecord> register = new ConcurrentHashMap<>();
    private final Map<TransactionId, Map<Decision, Integer>> ordered = new ConcurrentHashMap<>();

    @AfterEach
    void stop() {
        workers.shutdownNow();
        timer.shutdownNow();
    }

    @Test
    void of_a_commit_and_a_rollback_at_the_same_moment_one_wins_and_both_are_told_the_truth() {
        TransactionCoordinator one = coordinator(WIDE);
        TransactionCoordinator other = coordinator(WIDE);
        int commits = 0;
        List<TransactionId> ids = new ArrayList<>();
        List<CompletableFuture<Answer>> committed = new ArrayList<>();
        List<CompletableFuture<Answer>> rolledBack = new ArrayList<>();
        List<Branch> set = List.of(HandDriven.branch("1", Vote.PREPARED), HandDriven.branch("2", Vote.PENDING));
        for (int i = 0; i < TRANSACTIONS; i++) {
            TransactionId id = TransactionId.create(Instant.now(), random());
            Instant deadline = Instant.now().plusSeconds(60);
            ids.add(id);
            boolean commitFirst = i % 2 == 0;
            Supplier<CompletionStage<Answer>> commit = () ->
                    one.commit(new Coordinator.Commit(id, null, deadline, set, null, Duration.ofSeconds(60), null));
            Supplier<CompletionStage<Answer>> rollback =
                    () -> other.rollback(new Coordinator.Rollback(id, "wanted", set, Duration.ofSeconds(60), null));
            CompletableFuture<Answer> first = CompletableFuture.supplyAsync(commitFirst ? commit : rollback, workers)
                    .thenCompose(answer -> answer);
            CompletableFuture<Answer> second = CompletableFuture.supplyAsync(commitFirst ? rollback : commit, workers)
                    .thenCompose(answer -> answer);
            committed.add(commitFirst ? first : second);
            rolledBack.add(commitFirst ? second : first);
        }
        for (int i = 0; i < TRANSACTIONS; i++) {
            TransactionId id = ids.get(i);
            Answer commit = committed.get(i).orTimeout(60, TimeUnit.SECONDS).join();
            Answer rollback = rolledBack.get(i).orTimeout(60, TimeUnit.SECONDS).join();
            boolean stands = register.get(id).decision() == Decision.COMMIT;
            commits += stands ? 1 : 0;
            assertThat(commit.result()).isEqualTo(stands ? Result.COMPLETE : Result.ROLLED_BACK);
            assertThat(rollback.result()).isEqualTo(stands ? Result.COMMITTED : Result.COMPLETE);
            assertThat(ordered.get(id).keySet()).containsExactly(stands ? Decision.COMMIT : Decision.ROLLBACK);
        }
        System.out.printf("races: %,d, won by commit: %,d%n", TRANSACTIONS, commits);
        assertThat(commits).as("a race that one side always wins is none").isBetween(1, TRANSACTIONS - 1);
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .untilAsserted(
                        () -> assertThat(one.inFlight() + other.inFlight()).isZero());
    }

    @Test
    void with_tight_bounds_what_is_refused_has_decided_nothing_and_every_place_is_given_back() {
        TransactionCoordinator tight = coordinator(new AdmissionLimits(8, 4, Duration.ofMillis(5)));
        List<Branch> set = List.of(HandDriven.branch("1", Vote.PREPARED), HandDriven.branch("2", Vote.PENDING));
        Map<TransactionId, CompletableFuture<Answer>> asked = new HashMap<>();
        for (int i = 0; i < 5_000; i++) {
            TransactionId id = TransactionId.create(Instant.now(), random());
            var commit = new Coordinator.Commit(
                    id,
                    null,
                    Instant.now().plusSeconds(60),
                    set,
                    null,
                    i % 2 == 0 ? Duration.ZERO : Duration.ofSeconds(60),
                    null);
            asked.put(
                    id,
                    CompletableFuture.supplyAsync(() -> tight.commit(commit), workers)
                            .thenCompose(answer -> answer));
        }
        int refused = 0;
        for (Map.Entry<TransactionId, CompletableFuture<Answer>> one : asked.entrySet()) {
            Answer answer = one.getValue().orTimeout(60, TimeUnit.SECONDS).join();
            if (answer.result() == Result.OVERLOADED) {
                refused++;
                assertThat(register).doesNotContainKey(one.getKey());
            } else {
                assertThat(answer.result()).isIn(Result.COMPLETE, Result.PENDING);
                assertThat(register.get(one.getKey()).decision()).isEqualTo(Decision.COMMIT);
            }
        }
        assertThat(refused).isBetween(1, asked.size() - 1);
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(tight.inFlight()).isZero());
        assertThat(tight.undecided()).isZero();
        TransactionId last = TransactionId.create(Instant.now(), random());
        assertThat(tight.commit(new Coordinator.Commit(
                                last, null, Instant.now().plusSeconds(60), set, null, Duration.ofSeconds(60), null))
                        .toCompletableFuture()
                        .orTimeout(60, TimeUnit.SECONDS)
                        .join()
                        .result())
                .as("there is room again")
                .isEqualTo(Result.COMPLETE);
    }

    private static RandomGenerator random() {
        return () -> ThreadLocalRandom.current().nextLong();
    }

    private TransactionCoordinator coordinator(AdmissionLimits admission) {
        EnginePorts ports = new EnginePorts(
                new SharedLog(),
                new Participants(),
                new TransactionListener() {},
                (delay, task) -> {
                    ScheduledFuture<?> scheduled = timer.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
                    return () -> scheduled.cancel(false);
                },
                InstantSource.system(),
                random());
        return new TransactionCoordinator(ports, TransactionCoordinatorTests.settings(100_000, 100, admission));
    }

    private <T> CompletionStage<T> later(Supplier<T> work) {
        // Now and then at once, within the call: that has to be right as well.
        return ThreadLocalRandom.current().nextInt(8) == 0
                ? CompletableFuture.completedFuture(work.get())
                : CompletableFuture.supplyAsync(work, workers);
    }

    private final class SharedLog implements DecisionLog {

        @Override
        public CompletionStage<Reply> decide(Proposal proposal) {
            return later(() -> {
                boolean[] won = new boolean[1];
                TransactionRecord stands = register.computeIfAbsent(proposal.id(), id -> {
                    won[0] = true;
                    TransactionRecord r =
                            HandDriven.decided(proposal.decision(), false, proposal.branches(), proposal.reason());
                    return new TransactionRecord(
                            id,
                            null,
                            false,
                            r.createdAt(),
                            null,
                            null,
                            null,
                            r.decision(),
                            false,
                            r.decidedAt(),
                            r.reason(),
                            r.branches(),
                            0,
                            null,
                            null,
                            0,
                            null,
                            r.changedAt(),
                            null,
                            null);
                });
                return new Reply(Status.OK, stands, won[0], null);
            });
        }

        @Override
        public CompletionStage<Reply> record(Progress progress) {
            return later(() -> new Reply(Status.UNAVAILABLE, null, false, "progress is not looked at here"));
        }

        @Override
        public CompletionStage<Reply> adopt(TransactionId id, List<Branch> branches) {
            throw new AssertionError("both name the same branches");
        }

        @Override
        public CompletionStage<Reply> begin(NewTransaction transaction) {
            throw new AssertionError();
        }

        @Override
        public CompletionStage<Reply> enlist(TransactionId id, Branch branch, @Nullable TransactionToken token) {
            throw new AssertionError();
        }

        @Override
        public CompletionStage<Reply> close(
                TransactionId id, @Nullable List<ExpectedBranch> expected, @Nullable String owner) {
            throw new AssertionError();
        }

        @Override
        public CompletionStage<Reply> resolve(TransactionId id, String reason) {
            throw new AssertionError();
        }

        @Override
        public CompletionStage<Reading> find(Collection<TransactionId> ids) {
            throw new AssertionError();
        }

        @Override
        public CompletionStage<List<TransactionRecord>> claim(int limit, Duration lease) {
            throw new AssertionError();
        }
    }

    private final class Participants implements ParticipantClient {

        @Override
        public boolean allowed(ParticipantName participant, @Nullable String url) {
            return true;
        }

        @Override
        public CompletionStage<VoteReply> prepare(
                TransactionId transaction, Branch branch, Instant deadline, Duration remaining) {
            return later(() -> new VoteReply(Vote.PREPARED, null, false));
        }

        @Override
        public CompletionStage<OrderReply> order(TransactionId transaction, Branch branch, Decision decision) {
            ordered.compute(transaction, (id, before) -> {
                Map<Decision, Integer> counts = before == null ? new HashMap<>() : before;
                counts.merge(decision, 1, Integer::sum);
                return counts;
            });
            return later(() -> new OrderReply(
                    decision == Decision.COMMIT ? BranchState.COMMITTED : BranchState.ROLLED_BACK, null));
        }
    }
}
