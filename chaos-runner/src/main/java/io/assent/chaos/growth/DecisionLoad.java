package io.assent.chaos.growth;

import io.assent.coordinator.engine.DecisionLog;
import io.assent.coordinator.engine.DecisionLog.BranchProgress;
import io.assent.coordinator.engine.DecisionLog.Progress;
import io.assent.coordinator.engine.DecisionLog.Proposal;
import io.assent.coordinator.engine.DecisionLog.Reply;
import io.assent.coordinator.engine.DecisionLog.Status;
import io.assent.coordinator.protocol.Branch;
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
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/** Commits transactions of two branches and records their completion, as many at once as the window is wide. */
final class DecisionLoad {

    private static final int WINDOW = 256;
    private static final long LONGEST_MICROS = 60_000_000;

    private final DecisionLog log;
    private final Semaphore window = new Semaphore(WINDOW);
    private final LongAdder completed = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final Histogram micros = new ConcurrentHistogram(LONGEST_MICROS, 3);

    DecisionLoad(DecisionLog log) {
        this.log = log;
    }

    /**
     * @param perSecond transactions that were decided and completed
     * @param failed decisions with another answer than the one asked for
     * @param micros from the proposal to the decision, in microseconds
     */
    record Result(double perSecond, long failed, Histogram micros) {}

    Result run(Duration length) throws InterruptedException {
        long start = System.nanoTime();
        long end = start + length.toNanos();
        while (System.nanoTime() < end) {
            window.acquire();
            transaction().whenComplete((done, error) -> {
                if (error == null && done) {
                    completed.increment();
                } else {
                    failed.increment();
                }
                window.release();
            });
        }
        window.acquire(WINDOW);
        double seconds = (System.nanoTime() - start) / 1e9;
        return new Result(completed.sum() / seconds, failed.sum(), micros.copy());
    }

    private CompletionStage<Boolean> transaction() {
        long start = System.nanoTime();
        return log.decide(proposal()).thenCompose(reply -> {
            micros.recordValue(Math.min(LONGEST_MICROS, (System.nanoTime() - start) / 1_000));
            TransactionRecord decided = reply.record();
            return reply.status() == Status.OK && decided != null
                    ? log.record(completion(decided)).thenApply(DecisionLoad::clean)
                    : CompletableFuture.completedFuture(false);
        });
    }

    private static boolean clean(Reply reply) {
        return reply.status() == Status.OK;
    }

    private static Progress completion(TransactionRecord decided) {
        List<BranchProgress> news = decided.branches().stream()
                .map(b -> new BranchProgress(b.id(), b.ref(), BranchState.COMMITTED, true, 1, null))
                .toList();
        return new Progress(decided.id(), news, true, null);
    }

    private static Proposal proposal() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        Instant now = Instant.now();
        TransactionId id = TransactionId.create(now, random);
        return new Proposal(
                random.nextLong(),
                id,
                Decision.COMMIT,
                "checkout",
                now.plusSeconds(30),
                List.of(branch("0", "order-service", id), branch("1", "payment-service", id)),
                null,
                Duration.ofSeconds(10),
                null);
    }

    private static Branch branch(String id, String name, TransactionId transaction) {
        ParticipantName participant = new ParticipantName(name);
        return Branch.named(
                new BranchId(id),
                participant,
                "http://" + name + ":8080/assent/v1",
                new BranchRef(BranchRef.prefix(participant) + id + ":" + transaction),
                Vote.PREPARED);
    }
}
