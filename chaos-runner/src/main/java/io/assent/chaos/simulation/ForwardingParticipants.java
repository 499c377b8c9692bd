package io.assent.chaos.simulation;

import io.assent.coordinator.engine.ParticipantClient;
import io.assent.coordinator.protocol.Branch;
import io.assent.protocol.Decision;
import io.assent.protocol.ParticipantName;
import io.assent.protocol.TransactionId;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Passes every call on; what a wrong twin starts from. */
class ForwardingParticipants implements ParticipantClient {

    private final ParticipantClient real;

    ForwardingParticipants(ParticipantClient real) {
        this.real = real;
    }

    @Override
    public boolean allowed(ParticipantName participant, @Nullable String url) {
        return real.allowed(participant, url);
    }

    @Override
    public CompletionStage<VoteReply> prepare(
            TransactionId transaction, Branch branch, Instant deadline, Duration remaining) {
        return real.prepare(transaction, branch, deadline, remaining);
    }

    @Override
    public CompletionStage<OrderReply> order(TransactionId transaction, Branch branch, Decision decision) {
        return real.order(transaction, branch, decision);
    }
}
