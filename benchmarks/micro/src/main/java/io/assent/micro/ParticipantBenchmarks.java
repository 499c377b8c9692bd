package io.assent.micro;

import io.assent.participant.protocol.BranchExecution;
import io.assent.protocol.Vote;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;

/** What a participant thinks about a branch, from the work call to its vote, without anything that it does. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ParticipantBenchmarks {

    @Benchmark
    public Vote prepare(Blackhole kept) {
        BranchExecution working = BranchExecution.working();
        kept.consume(working.mayBeginTransaction());
        // Each state is kept by the branch until the next one: without this none would be made.
        BranchExecution begun = keep(working.transactionBegun(), kept);
        if (begun.commitReached(false) != BranchExecution.AtCommit.PREPARE) {
            throw new IllegalStateException("it does not prepare");
        }
        BranchExecution preparing = keep(begun.preparing(), kept);
        return keep(preparing.prepared(), kept).vote();
    }

    private static BranchExecution keep(BranchExecution execution, Blackhole kept) {
        kept.consume(execution);
        return execution;
    }
}
