package io.assent.coordinator.tracing;

import io.assent.coordinator.engine.TransactionListener;
import io.assent.coordinator.protocol.TransactionRecord;
import io.assent.protocol.Decision;
import io.micrometer.tracing.Span;

/** Begins the trace of a recovery, and forgets those of transactions that are complete. Thread-safe. */
public final class TracingListener implements TransactionListener {

    private final TransactionTraces traces;

    public TracingListener(TransactionTraces traces) {
        this.traces = traces;
    }

    /** What was left behind by an instance that is gone has left no trace here: the id tells which one it belongs to. */
    @Override
    public void recovered(TransactionRecord transaction) {
        Span span = traces.start("assent recovery", transaction.id());
        Decision decision = transaction.decision();
        if (decision != null) {
            span.tag(TransactionTraces.DECISION, decision.name());
        }
        traces.continueBelow(span, transaction.id());
        // Ends at once: the orders below it may be outstanding for as long as a participant is down.
        span.end();
    }

    @Override
    public void completed(TransactionRecord transaction) {
        traces.over(transaction.id());
    }
}
