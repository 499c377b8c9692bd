package io.assent.coordinator.tracing;

import io.assent.coordinator.engine.DecisionLog;
import io.assent.coordinator.protocol.Branch;
import io.assent.coordinator.protocol.ExpectedBranch;
import io.assent.coordinator.protocol.TransactionRecord;
import io.assent.protocol.Decision;
import io.assent.protocol.TransactionId;
import io.micrometer.tracing.Span;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The commit point as a span: from the proposal until the log has answered, waiting for its batch included. Thread-safe. */
public final class TracingDecisionLog implements DecisionLog {

    private final DecisionLog delegate;
    private final TransactionTraces traces;

    public TracingDecisionLog(DecisionLog delegate, TransactionTraces traces) {
        this.delegate = delegate;
        this.traces = traces;
    }

    @Override
    public CompletionStage<Reply> decide(Proposal proposal) {
        Span span = traces.start("assent decide", proposal.id())
                .tag("assent.proposed", proposal.decision().name());
        return delegate.decide(proposal).whenComplete((reply, failure) -> {
            if (failure != null) {
                span.error(failure);
            } else {
                span.tag("assent.log.status", reply.status().name());
                TransactionRecord stands = reply.record();
                Decision decision = stands == null ? null : stands.decision();
                if (reply.status() == Status.OK && decision != null) {
                    span.tag(TransactionTraces.DECISION, decision.name());
                }
            }
            span.end();
        });
    }

    @Override
    public CompletionStage<Reply> begin(NewTransaction transaction) {
        return delegate.begin(transaction);
    }

    @Override
    public CompletionStage<Reply> enlist(TransactionId id, Branch branch) {
        return delegate.enlist(id, branch);
    }

    @Override
    public CompletionStage<Reply> close(TransactionId id, @Nullable List<ExpectedBranch> expected) {
        return delegate.close(id, expected);
    }

    @Override
    public CompletionStage<Reply> adopt(TransactionId id, List<Branch> branches) {
        return delegate.adopt(id, branches);
    }

    @Override
    public CompletionStage<Reply> record(Progress progress) {
        return delegate.record(progress);
    }

    @Override
    public CompletionStage<Reply> resolve(TransactionId id, String reason) {
        return delegate.resolve(id, reason);
    }

    @Override
    public CompletionStage<Reading> find(Collection<TransactionId> ids) {
        return delegate.find(ids);
    }

    @Override
    public CompletionStage<List<TransactionRecord>> claim(int limit, Duration lease) {
        return delegate.claim(limit, lease);
    }
}
