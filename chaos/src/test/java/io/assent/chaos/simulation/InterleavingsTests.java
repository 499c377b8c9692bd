package io.assent.chaos.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.coordinator.engine.Answer;
import io.assent.coordinator.engine.Answer.Result;
import io.assent.coordinator.engine.Coordinator;
import io.assent.coordinator.engine.DecisionLog;
import io.assent.coordinator.engine.EnginePorts;
import io.assent.coordinator.engine.EngineSettings;
import io.assent.coordinator.engine.ParticipantClient;
import io.assent.coordinator.engine.TransactionCoordinator;
import io.assent.coordinator.protocol.Branch;
import io.assent.coordinator.protocol.ExpectedBranch;
import io.assent.coordinator.protocol.TransactionRecord;
import io.assent.protocol.BranchId;
import io.assent.protocol.BranchRef;
import io.assent.protocol.BranchState;
import io.assent.protocol.Decision;
import io.assent.protocol.ParticipantName;
import io.assent.protocol.TransactionId;
import io.assent.protocol.Vote;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Goal: two coordinators and two participants end the same in every order in which things can happen. Method: every call
 * on the log or a participant is two events, its effect and its reply; all orders of all events are run, one after the
 * other, without timers and without faults.
 */
class InterleavingsTests {

    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final TransactionId ID = TransactionId.create(NOW, new SplittableRandom(1));

    /** Which event was taken of how many, at each point where there was a choice. */
    private final List<int[]> choices = new ArrayList<>();

    private final List<Runnable> possible = new ArrayList<>();
    private final Map<String, BranchState> branches = new HashMap<>();
    private @Nullable TransactionRecord stands;

    @Test
    void commit_at_one_and_rollback_at_the_other() {
        int[] commits = new int[1];
        int runs = everyOrder(() -> {
            CompletableFuture<Answer> commit = commit(set(Vote.PREPARED));
            CompletableFuture<Answer> rollback = coordinator()
                    .rollback(new Coordinator.Rollback(ID, "wanted", set(Vote.PREPARED), Duration.ofSeconds(5)))
                    .toCompletableFuture();
            return () -> {
                boolean committed = ends();
                commits[0] += committed ? 1 : 0;
                assertThat(told(commit)).isEqualTo(committed ? Result.COMPLETE : Result.ROLLED_BACK);
                assertThat(told(rollback)).isEqualTo(committed ? Result.COMMITTED : Result.COMPLETE);
            };
        });
        System.out.printf("interleavings, commit and rollback: %,d, of which %,d commit%n", runs, commits[0]);
        assertThat(commits[0]).isBetween(1, runs - 1);
    }

    @Test
    void the_same_commit_at_both() {
        int runs = everyOrder(() -> {
            CompletableFuture<Answer> one = commit(set(Vote.PREPARED));
            CompletableFuture<Answer> other = commit(set(Vote.PREPARED));
            return () -> {
                assertThat(ends()).isTrue();
                assertThat(told(one)).isEqualTo(Result.COMPLETE);
                assertThat(told(other)).isEqualTo(Result.COMPLETE);
            };
        });
        System.out.printf("interleavings, commit twice: %,d%n", runs);
        assertThat(runs).isGreaterThan(1_000);
    }

    @Test
    void a_commit_that_asks_for_votes_and_a_rollback_at_the_other() {
        int[] commits = new int[1];
        int runs = everyOrder(() -> {
            branches.clear();
            CompletableFuture<Answer> commit = commit(set(Vote.PENDING).subList(0, 1));
            CompletableFuture<Answer> rollback = coordinator()
                    .rollback(new Coordinator.Rollback(
                            ID, "wanted", set(Vote.PENDING).subList(0, 1), Duration.ofSeconds(5)))
                    .toCompletableFuture();
            return () -> {
                boolean committed = stands().decision() == Decision.COMMIT;
                commits[0] += committed ? 1 : 0;
                assertThat(branches.get("1")).isEqualTo(committed ? BranchState.COMMITTED : BranchState.ROLLED_BACK);
                assertThat(told(commit)).isEqualTo(committed ? Result.COMPLETE : Result.ROLLED_BACK);
                assertThat(told(rollback)).isEqualTo(committed ? Result.COMMITTED : Result.COMPLETE);
            };
        });
        System.out.printf("interleavings, votes and rollback: %,d, of which %,d commit%n", runs, commits[0]);
        assertThat(commits[0]).isBetween(1, runs - 1);
    }

    // ---- every order

    /** Runs the scenario in every order of events, and its check after each. */
    private int everyOrder(Supplier<Runnable> scenario) {
        int runs = 0;
        choices.clear();
        do {
            possible.clear();
            stands = null;
            branches.clear();
            branches.put("1", BranchState.PREPARED);
            branches.put("2", BranchState.PREPARED);
            Runnable check = scenario.get();
            for (int depth = 0; !possible.isEmpty(); depth++) {
                if (depth == choices.size()) {
                    choices.add(new int[] {0, possible.size()});
                }
                int[] choice = choices.get(depth);
                assertThat(possible).as("the same choices lead to the same run").hasSize(choice[1]);
                possible.remove(choice[0]).run();
            }
            check.run();
            runs++;
        } while (next());
        return runs;
    }

    private boolean next() {
        while (!choices.isEmpty()) {
            int[] last = choices.get(choices.size() - 1);
            if (++last[0] < last[1]) {
                return true;
            }
            choices.remove(choices.size() - 1);
        }
        return false;
    }

    /** What happened to both branches; they must not differ (I1). */
    private boolean ends() {
        assertThat(branches.get("1")).isEqualTo(branches.get("2"));
        boolean committed = branches.get("1") == BranchState.COMMITTED;
        assertThat(stands().decision()).isEqualTo(committed ? Decision.COMMIT : Decision.ROLLBACK);
        return committed;
    }

    private static Result told(CompletableFuture<Answer> answer) {
        assertThat(answer)
                .as("everything has happened, so the caller has its answer")
                .isDone();
        return answer.join().result();
    }

    private TransactionRecord stands() {
        if (stands == null) {
            throw new AssertionError("nothing is decided");
        }
        return stands;
    }

    private CompletableFuture<Answer> commit(List<Branch> set) {
        return coordinator()
                .commit(new Coordinator.Commit(ID, null, NOW.plusSeconds(5), set, null, Duration.ofSeconds(5)))
                .toCompletableFuture();
    }

    private static List<Branch> set(Vote vote) {
        return List.of(branch("1", vote), branch("2", vote));
    }

    private static Branch branch(String id, Vote vote) {
        return Branch.named(
                new BranchId(id), new ParticipantName("service-" + id), null, new BranchRef("assent:test:" + id), vote);
    }

    private Coordinator coordinator() {
        Statistics unused = new Statistics();
        EnginePorts ports = new EnginePorts(
                new Register(),
                new Participants(),
                new SilentListener(unused, (id, branch) -> {}),
                (delay, task) -> () -> {},
                () -> NOW,
                new SplittableRandom(2));
        return new TransactionCoordinator(ports, EngineSettings.defaults());
    }

    /** Two events: what the call does, and that its caller hears of it. */
    private <T> CompletionStage<T> call(Supplier<T> effect) {
        CompletableFuture<T> reply = new CompletableFuture<>();
        possible.add(() -> {
            T value = effect.get();
            possible.add(() -> reply.complete(value));
        });
        return reply;
    }

    private final class Participants implements ParticipantClient {

        @Override
        public boolean allowed(ParticipantName participant, @Nullable String url) {
            return true;
        }

        @Override
        public CompletionStage<VoteReply> prepare(
                TransactionId transaction, Branch branch, Instant deadline, Duration remaining) {
            return call(() -> {
                BranchState state = branches.putIfAbsent(branch.id().value(), BranchState.PREPARED);
                boolean yes = state == null || state == BranchState.PREPARED;
                return new VoteReply(yes ? Vote.PREPARED : Vote.ROLLBACK, null, false);
            });
        }

        @Override
        public CompletionStage<OrderReply> order(TransactionId transaction, Branch branch, Decision decision) {
            assertThat(stands().decision()).as("I9").isEqualTo(decision);
            return call(() -> {
                BranchState state = branches.merge(
                        branch.id().value(),
                        decision == Decision.COMMIT ? BranchState.COMMITTED : BranchState.ROLLED_BACK,
                        (before, after) -> before == BranchState.PREPARED ? after : before);
                return new OrderReply(state, null);
            });
        }
    }

    private final class Register implements DecisionLog {

        @Override
        public CompletionStage<Reply> decide(Proposal proposal) {
            return call(() -> {
                boolean won = stands == null;
                if (won) {
                    stands =
                            Objects.requireNonNull(Claims.decided(proposal, NOW).record());
                }
                return new Reply(Status.OK, stands, won, null);
            });
        }

        @Override
        public CompletionStage<Reply> record(Progress progress) {
            // Its order does not matter to anybody else: one event, at once, keeps the number of orders small.
            return CompletableFuture.completedFuture(new Reply(Status.UNAVAILABLE, null, false, null));
        }

        @Override
        public CompletionStage<Reply> begin(NewTransaction transaction) {
            throw new AssertionError();
        }

        @Override
        public CompletionStage<Reply> enlist(TransactionId id, Branch branch) {
            throw new AssertionError();
        }

        @Override
        public CompletionStage<Reply> close(TransactionId id, @Nullable List<ExpectedBranch> expected) {
            throw new AssertionError();
        }

        @Override
        public CompletionStage<Reply> adopt(TransactionId id, List<Branch> branches) {
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
}
