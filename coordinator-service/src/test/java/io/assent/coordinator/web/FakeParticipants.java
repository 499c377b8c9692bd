package io.assent.coordinator.web;

import io.assent.coordinator.engine.ParticipantBranches;
import io.assent.coordinator.engine.ParticipantClient;
import io.assent.coordinator.engine.ParticipantList;
import io.assent.coordinator.protocol.Branch;
import io.assent.protocol.Decision;
import io.assent.protocol.ParticipantName;
import io.assent.protocol.TransactionId;
import io.assent.protocol.TransactionRange;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Allows every address but those of {@code elsewhere}; is never called. Shows what the test says. */
final class FakeParticipants implements ParticipantClient, ParticipantList, ParticipantBranches {

    volatile List<Participant> called = List.of();

    @Override
    public boolean allowed(ParticipantName participant, String url) {
        return url == null || !url.contains("elsewhere");
    }

    @Override
    public List<Participant> participants() {
        return called;
    }

    @Override
    public List<ParticipantName> configured() {
        return List.of();
    }

    @Override
    public CompletionStage<ParticipantBranches.Reply> list(
            ParticipantName participant, String url, TransactionRange range) {
        return CompletableFuture.completedStage(new ParticipantBranches.Reply(null, "it does not answer"));
    }

    @Override
    public String address(ParticipantName participant, String url) {
        return allowed(participant, url) ? url : null;
    }

    @Override
    public CompletionStage<VoteReply> prepare(
            TransactionId transaction, Branch branch, Instant deadline, Duration remaining) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<OrderReply> order(TransactionId transaction, Branch branch, Decision decision) {
        throw new UnsupportedOperationException();
    }
}
