package io.assent.micro;

import io.assent.coordinator.protocol.Branch;
import io.assent.coordinator.protocol.Execution;
import io.assent.coordinator.protocol.GlobalTransaction;
import io.assent.coordinator.protocol.TransactionPhase;
import io.assent.coordinator.protocol.TransactionRecord;
import io.assent.protocol.BranchState;
import io.assent.protocol.Decision;
import io.assent.protocol.TransactionId;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** What the coordinator thinks about a transaction of two branches, from the commit request until it is complete, without anything that it does. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class CoordinatorBenchmarks {

    private static final Instant NOW = Instant.parse("2026-01-15T12:00:00Z");

    private final TransactionId id;
    private final Instant deadline = NOW.plusSeconds(30);
    private final List<Branch> branches;
    private final TransactionRecord decided;

    public CoordinatorBenchmarks() {
        Random random = new Random(1);
        id = TransactionId.create(NOW, random);
        branches = Drafts.branches(Drafts.votes(id, deadline, random));
        decided = decided();
    }

    /** Four events: commit request, decision, and the fact of each branch. */
    @Benchmark
    public GlobalTransaction commit() {
        GlobalTransaction transaction = GlobalTransaction.unknown(id)
                .commitRequested(deadline, branches, null)
                .next()
                .decided(decided)
                .next();
        for (Branch branch : branches) {
            transaction = transaction
                    .reported(Execution.of(branch), BranchState.COMMITTED)
                    .next();
        }
        if (transaction.phase() != TransactionPhase.COMPLETED) {
            throw new IllegalStateException("it is " + transaction.phase());
        }
        return transaction;
    }

    /** As the log returns it. */
    private TransactionRecord decided() {
        List<Branch> members = branches.stream()
                .map(branch -> new Branch(
                        branch.id(),
                        branch.participant(),
                        branch.url(),
                        branch.ref(),
                        branch.vote(),
                        true,
                        null,
                        false,
                        0,
                        null,
                        NOW,
                        null))
                .toList();
        return new TransactionRecord(
                id,
                "checkout",
                false,
                NOW,
                deadline,
                null,
                null,
                Decision.COMMIT,
                true,
                NOW,
                null,
                members,
                0,
                null,
                null,
                0,
                NOW.plusSeconds(1),
                NOW,
                null,
                null);
    }
}
