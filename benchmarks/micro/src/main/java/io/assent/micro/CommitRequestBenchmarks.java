package io.assent.micro;

import io.assent.protocol.TransactionId;
import io.assent.protocol.header.BranchVote;
import io.assent.protocol.wire.BranchMessage;
import io.assent.protocol.wire.CommitRequest;
import io.assent.protocol.wire.JsonInput;
import io.assent.protocol.wire.JsonInput.UnreadableException;
import io.assent.protocol.wire.WireJson;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import tools.jackson.databind.JsonNode;

/**
 * The body of a commit request with two branches: as the starter writes it, and as the coordinator reads it before it checks
 * the values. The same messages and mappers on both sides; what is around them there is not public.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class CommitRequestBenchmarks {

    private static final Instant NOW = Instant.parse("2026-01-15T12:00:00Z");

    private final Instant deadline = NOW.plusSeconds(30);
    private final List<BranchVote> votes;
    private final byte[] body;

    public CommitRequestBenchmarks() {
        Random random = new Random(1);
        votes = Drafts.votes(TransactionId.create(NOW, random), deadline, random);
        body = write(votes, deadline);
    }

    @Benchmark
    public byte[] write() {
        return write(votes, deadline);
    }

    private static byte[] write(List<BranchVote> votes, Instant deadline) {
        List<JsonNode> branches = votes.stream()
                .<JsonNode>map(vote -> WireJson.tolerant()
                        .valueToTree(new BranchMessage(
                                vote.branch().value(),
                                vote.participant().value(),
                                vote.url(),
                                Objects.requireNonNull(vote.ref()).value(),
                                vote.vote().name(),
                                null)))
                .toList();
        return WireJson.tolerant().writeValueAsBytes(new CommitRequest("checkout", deadline.toString(), branches));
    }

    @Benchmark
    public List<BranchMessage> parse() throws UnreadableException {
        CommitRequest request = JsonInput.read(body, CommitRequest.class, WireJson.strict());
        List<BranchMessage> branches = new ArrayList<>();
        for (JsonNode branch : Objects.requireNonNull(request.branches())) {
            branches.add(JsonInput.read(branch, BranchMessage.class, WireJson.strict(), "/branches"));
        }
        return branches;
    }
}
