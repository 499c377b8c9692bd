package io.assent.coordinator.tracing;

import io.assent.coordinator.engine.DecisionLog;
import io.assent.coordinator.engine.ForwardingDecisionLog;
import io.assent.coordinator.protocol.TransactionRecord;
import io.assent.protocol.Decision;
import io.micrometer.tracing.Span;
import java.util.concurrent.CompletionStage;

/** The commit point as a span: from the proposal until the log has answered, waiting for its batch included. Thread-safe. */
public final class TracingDecisionLog extends ForwardingDecisionLog {

    private final TransactionTraces traces;

    public TracingDecisionLog(DecisionLog real, TransactionTraces traces) {
        super(real);
        this.traces = traces;
    }

    @Override
    public CompletionStage<Reply> decide(Proposal proposal) {
        Span span = traces.start("assent decide", proposal.id())
                .tag("assent.proposed", proposal.decision().name());
        return super.decide(proposal).whenComplete((reply, failure) -> {
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
}
