package io.assent.micro;

import io.assent.protocol.BranchId;
import io.assent.protocol.TransactionId;
import io.assent.protocol.header.BranchVote;
import io.assent.protocol.header.BranchesHeader;
import io.assent.protocol.header.TransactionContext;
import java.time.Duration;
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

/** Both headers of a call in the collected flow. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class HeaderBenchmarks {

    private static final Instant NOW = Instant.parse("2026-01-15T12:00:00Z");

    private final TransactionContext context;
    private final String contextText;
    private final List<BranchVote> votes;
    private final String votesText;

    public HeaderBenchmarks() {
        Random random = new Random(1);
        TransactionId id = TransactionId.create(NOW, random);
        Instant deadline = NOW.plusSeconds(30);
        context = new TransactionContext(id, new BranchId("1"), deadline, Duration.ofSeconds(29), true);
        contextText = context.format();
        // A call adds the branch of the callee.
        votes = Drafts.votes(id, deadline, random).subList(1, 2);
        votesText = BranchesHeader.format(votes);
    }

    @Benchmark
    public String writeTransaction() {
        return context.format();
    }

    @Benchmark
    public TransactionContext parseTransaction() {
        return TransactionContext.parse(contextText);
    }

    @Benchmark
    public String writeVote() {
        return BranchesHeader.format(votes);
    }

    @Benchmark
    public List<BranchVote> parseVote() {
        return BranchesHeader.parse(votesText);
    }
}
