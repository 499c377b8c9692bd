package io.assent.coordinator.engine;

import io.assent.coordinator.engine.DecisionLog.NewTransaction;
import io.assent.coordinator.engine.DecisionLog.Progress;
import io.assent.coordinator.engine.DecisionLog.Proposal;
import io.assent.coordinator.engine.DecisionLog.Reading;
import io.assent.coordinator.engine.DecisionLog.Reply;
import io.assent.coordinator.engine.DecisionLog.Status;
import io.assent.coordinator.engine.ParticipantClient.OrderReply;
import io.assent.coordinator.engine.ParticipantClient.VoteReply;
import io.assent.coordinator.protocol.Branch;
import io.assent.coordinator.protocol.ExpectedBranch;
import io.assent.coordinator.protocol.RollbackCause;
import io.assent.coordinator.protocol.TransactionRecord;
import io.assent.protocol.BranchId;
import io.assent.protocol.BranchRef;
import io.assent.protocol.BranchState;
import io.assent.protocol.Decision;
import io.assent.protocol.ParticipantName;
import io.assent.protocol.TransactionId;
import io.assent.protocol.TransactionToken;
import io.assent.protocol.Vote;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Ports that do nothing by themselves: a test sees every call, and answers it when it likes. */
final class HandDriven {

    static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    static final Instant DEADLINE = NOW.plusSeconds(10);
    static final Instant HORIZON = NOW.minus(Duration.ofDays(30));
    static final TransactionId ID = TransactionId.create(NOW, new SplittableRandom(1));

    final List<Call<?>> calls = new ArrayList<>();
    final List<String> heard = new ArrayList<>();
    final TransactionCoordinator coordinator;
    final RecoveryPass pass;
    private final List<Task> tasks = new ArrayList<>();
    private Instant now = NOW;

    /** A call that waits for its answer. */
    record Call<T>(String what, Object argument, CompletableFuture<T> answer) {}

    private record Task(Instant due, Runnable work, boolean[] cancelled) {}

    HandDriven() {
        this(EngineSettings.defaults());
    }

    HandDriven(EngineSettings settings) {
        Log log = new Log();
        EnginePorts ports = new EnginePorts(
                log, new Participants(), new Listener(), this::schedule, () -> now, new SplittableRandom(7));
        coordinator = new TransactionCoordinator(ports, settings);
        pass = new RecoveryPass(log, coordinator, settings);
    }

    // ---- what a test does

    /** The only call of that kind which waits; taken out of the list. */
    @SuppressWarnings("unchecked")
    <T> Call<T> take(String what) {
        List<Call<?>> found =
                calls.stream().filter(call -> call.what().equals(what)).toList();
        if (found.size() != 1) {
            throw new AssertionError("expected one " + what + ", there are " + waiting());
        }
        calls.remove(found.get(0));
        return (Call<T>) found.get(0);
    }

    List<String> waiting() {
        return calls.stream().map(Call::what).toList();
    }

    <T> void answer(String what, T answer) {
        HandDriven.<T>cast(take(what)).answer().complete(answer);
    }

    @SuppressWarnings("unchecked")
    private static <T> Call<T> cast(Call<?> call) {
        return (Call<T>) call;
    }

    void acknowledge(String branch, BranchState fact) {
        answer("order " + branch, new OrderReply(fact, null));
    }

    void vote(String branch, @Nullable Vote vote) {
        answer("prepare " + branch, new VoteReply(vote, null, false));
    }

    /** Lets time pass and runs what is due, in order. */
    void pass(Duration time) {
        Instant until = now.plus(time);
        while (true) {
            Task next = tasks.stream()
                    .filter(task -> !task.due().isAfter(until))
                    .min(Comparator.comparing(Task::due))
                    .orElse(null);
            if (next == null) {
                break;
            }
            tasks.remove(next);
            now = next.due();
            if (!next.cancelled()[0]) {
                next.work().run();
            }
        }
        now = until;
    }

    Coordinator.Commit collected(Branch... branches) {
        return collectedBy(null, branches);
    }

    Coordinator.Commit collectedBy(@Nullable String owner, Branch... branches) {
        return new Coordinator.Commit(ID, "test", DEADLINE, List.of(branches), null, Duration.ofSeconds(5), owner);
    }

    Coordinator.Commit begun() {
        return begunBy(null);
    }

    Coordinator.Commit begunBy(@Nullable String owner) {
        return new Coordinator.Commit(ID, "test", null, null, null, Duration.ofSeconds(5), owner);
    }

    Coordinator.Rollback rollback(Branch... branches) {
        return rollbackBy(null, branches);
    }

    Coordinator.Rollback rollbackBy(@Nullable String owner, Branch... branches) {
        return new Coordinator.Rollback(ID, "wanted", List.of(branches), Duration.ofSeconds(5), owner);
    }

    Coordinator.Inquiry inquiry(String branch, @Nullable Instant deadline) {
        return new Coordinator.Inquiry(ID, new BranchId(branch), ref(branch), deadline);
    }

    static BranchRef ref(String branch) {
        return new BranchRef("assent:test:" + branch);
    }

    static Branch branch(String id, Vote vote) {
        return Branch.named(new BranchId(id), new ParticipantName("service"), "http://service", ref(id), vote);
    }

    static Reply reply(Status status) {
        return new Reply(status, null, false, "told so");
    }

    /** The proposal stands. */
    static Reply won(Proposal proposal) {
        TransactionRecord decided = decided(proposal.decision(), false, proposal.branches(), proposal.reason());
        return new Reply(Status.OK, owned(proposal.owner(), decided), true, null);
    }

    /** The same, but somebody's. */
    static TransactionRecord owned(@Nullable String owner, TransactionRecord r) {
        return new TransactionRecord(
                r.id(),
                r.name(),
                r.begun(),
                r.createdAt(),
                r.deadline(),
                r.closedAt(),
                r.expected(),
                r.decision(),
                r.confirmed(),
                r.decidedAt(),
                r.reason(),
                r.branches(),
                r.asked(),
                r.outcome(),
                r.completedAt(),
                r.attempts(),
                r.nextAttemptAt(),
                r.changedAt(),
                r.resolution(),
                owner);
    }

    static Reply stands(Decision decision, Branch... branches) {
        return new Reply(Status.OK, decided(decision, false, List.of(branches), "as it stands"), false, null);
    }

    static TransactionRecord decided(
            Decision decision, boolean confirmed, List<Branch> branches, @Nullable String reason) {
        List<Branch> members = branches.stream()
                .map(b -> new Branch(
                        b.id(),
                        b.participant(),
                        b.url(),
                        b.ref(),
                        b.vote(),
                        decision == Decision.COMMIT && b.vote() == Vote.PREPARED,
                        b.state(),
                        b.acknowledged(),
                        0,
                        null,
                        NOW,
                        null))
                .toList();
        return new TransactionRecord(
                ID, "test", false, NOW, DEADLINE, null, null, decision, confirmed, NOW, reason, members, 0, null, null,
                0, NOW, NOW, null, null);
    }

    static TransactionRecord undecided(@Nullable Instant closedAt, Branch... branches) {
        return new TransactionRecord(
                ID,
                "test",
                true,
                NOW,
                DEADLINE,
                closedAt,
                null,
                null,
                false,
                null,
                null,
                List.of(branches),
                0,
                null,
                null,
                0,
                DEADLINE,
                NOW,
                null,
                null);
    }

    static Reading read(Instant now, TransactionRecord... records) {
        Map<TransactionId, TransactionRecord> byId = new HashMap<>();
        for (TransactionRecord record : records) {
            byId.put(record.id(), record);
        }
        return new Reading(Status.OK, byId, java.util.Set.of(), now, HORIZON);
    }

    // ---- the ports

    private <T> CompletionStage<T> call(String what, Object argument) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        calls.add(new Call<>(what, argument, answer));
        return answer;
    }

    private Scheduler.Cancellable schedule(Duration delay, Runnable work) {
        boolean[] cancelled = new boolean[1];
        tasks.add(new Task(now.plus(delay), work, cancelled));
        return () -> cancelled[0] = true;
    }

    private final class Log implements DecisionLog {

        @Override
        public CompletionStage<Reply> begin(NewTransaction transaction) {
            return call("begin", transaction);
        }

        @Override
        public CompletionStage<Reply> enlist(TransactionId id, Branch branch, @Nullable TransactionToken token) {
            return call("enlist", Optional.ofNullable(token));
        }

        @Override
        public CompletionStage<Reply> close(
                TransactionId id, @Nullable List<ExpectedBranch> expected, @Nullable String owner) {
            return call("close", expected == null ? List.of() : expected);
        }

        @Override
        public CompletionStage<Reply> decide(Proposal proposal) {
            return call("decide", proposal);
        }

        @Override
        public CompletionStage<Reply> adopt(TransactionId id, List<Branch> branches) {
            return call("adopt", branches);
        }

        @Override
        public CompletionStage<Reply> record(Progress progress) {
            return call("record", progress);
        }

        @Override
        public CompletionStage<Reply> resolve(TransactionId id, String reason) {
            return call("resolve", reason);
        }

        @Override
        public CompletionStage<Reading> find(Collection<TransactionId> ids) {
            return call("find", ids);
        }

        @Override
        public CompletionStage<List<TransactionRecord>> claim(int limit, Duration lease) {
            return call("claim", limit);
        }
    }

    private final class Participants implements ParticipantClient {

        @Override
        public boolean allowed(ParticipantName participant, @Nullable String url) {
            return "http://service".equals(url);
        }

        @Override
        public CompletionStage<VoteReply> prepare(
                TransactionId transaction, Branch branch, Instant deadline, Duration remaining) {
            return call("prepare " + branch.id(), remaining);
        }

        @Override
        public CompletionStage<OrderReply> order(TransactionId transaction, Branch branch, Decision decision) {
            return call("order " + branch.id(), decision);
        }
    }

    private final class Listener implements TransactionListener {

        @Override
        public void refused(Refused why) {
            heard.add("refused " + why);
        }

        @Override
        public void begun(TransactionRecord transaction) {
            heard.add("begun");
        }

        @Override
        public void enlisted(TransactionId transaction, Branch branch) {
            heard.add("enlisted " + branch.id());
        }

        @Override
        public void decided(TransactionRecord transaction, @Nullable RollbackCause cause, boolean won, Duration took) {
            heard.add("decided " + transaction.decision() + (won ? ", won" : ", lost")
                    + (cause == null ? "" : ", " + cause));
        }

        @Override
        public void indeterminate(TransactionId transaction, @Nullable String detail, Duration retryIn) {
            heard.add("indeterminate");
        }

        @Override
        public void acknowledged(TransactionId transaction, Branch branch) {
            heard.add("acknowledged " + branch.id());
        }

        @Override
        public void unacknowledged(TransactionId transaction, Branch branch, Duration retryIn) {
            heard.add("unacknowledged " + branch.id());
        }

        @Override
        public void heuristic(TransactionId transaction, Branch branch) {
            heard.add("heuristic " + branch.id());
        }

        @Override
        public void completed(TransactionRecord transaction) {
            heard.add("completed " + transaction.outcome());
        }

        @Override
        public void recovered(TransactionRecord transaction) {
            heard.add("recovered");
        }
    }
}
