package io.assent.coordinator.tracing;

import io.assent.coordinator.engine.FieldNames;
import io.assent.coordinator.engine.ParticipantClient;
import io.assent.coordinator.protocol.Branch;
import io.assent.protocol.Decision;
import io.assent.protocol.ParticipantName;
import io.assent.protocol.TransactionId;
import io.micrometer.tracing.Span;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What is asked of each branch, as a span: from the order until the answer, waiting for a message included. One order that is
 * repeated is several spans. Thread-safe.
 */
public final class TracingParticipantClient implements ParticipantClient {

    private final ParticipantClient delegate;
    private final TransactionTraces traces;

    public TracingParticipantClient(ParticipantClient delegate, TransactionTraces traces) {
        this.delegate = delegate;
        this.traces = traces;
    }

    @Override
    public boolean allowed(ParticipantName participant, @Nullable String url) {
        return delegate.allowed(participant, url);
    }

    @Override
    public CompletionStage<VoteReply> prepare(
            TransactionId transaction, Branch branch, Instant deadline, Duration remaining) {
        return within(
                transaction,
                started("assent prepare", transaction, branch),
                () -> delegate.prepare(transaction, branch, deadline, remaining),
                (span, reply) -> {
                    if (reply.vote() != null) {
                        span.tag("assent.vote", reply.vote().name());
                    } else {
                        span.event(String.valueOf(reply.reason()));
                    }
                });
    }

    @Override
    public CompletionStage<OrderReply> order(TransactionId transaction, Branch branch, Decision decision) {
        return within(
                transaction,
                started("assent order", transaction, branch).tag(TransactionTraces.DECISION, decision.name()),
                () -> delegate.order(transaction, branch, decision),
                (span, reply) -> {
                    if (reply.state() != null) {
                        span.tag("assent.state", reply.state().name());
                    } else {
                        span.event(String.valueOf(reply.error()));
                    }
                });
    }

    private Span started(String name, TransactionId transaction, Branch branch) {
        return traces.start(name, transaction)
                .tag(FieldNames.BRANCH, branch.id().toString())
                .tag(FieldNames.PARTICIPANT, branch.participant().toString());
    }

    /** The call is made with the span as the current one: so the message that carries it knows whom it belongs to. */
    private <T> CompletionStage<T> within(
            TransactionId transaction, Span span, Supplier<CompletionStage<T>> call, BiConsumer<Span, T> answered) {
        try (CommitTraces.Scope scope = traces.current(span, transaction)) {
            return call.get().whenComplete((reply, failure) -> {
                if (failure != null) {
                    span.error(failure);
                } else {
                    answered.accept(span, reply);
                }
                span.end();
            });
        }
    }
}
