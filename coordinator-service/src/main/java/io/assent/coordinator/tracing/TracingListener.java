package io.assent.coordinator.tracing;

import io.assent.coordinator.engine.TransactionListener;
import io.assent.coordinator.protocol.Branch;
import io.assent.coordinator.protocol.RollbackCause;
import io.assent.coordinator.protocol.TransactionRecord;
import io.assent.protocol.Decision;
import io.assent.protocol.TransactionId;
import io.micrometer.tracing.Span;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

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

    @Override
    public void begun(TransactionRecord transaction) {}

    @Override
    public void enlisted(TransactionId transaction, Branch branch) {}

    @Override
    public void decided(TransactionRecord transaction, @Nullable RollbackCause cause, boolean won, Duration took) {}

    @Override
    public void indeterminate(TransactionId transaction, @Nullable String detail, Duration retryIn) {}

    @Override
    public void acknowledged(TransactionId transaction, Branch branch) {}

    @Override
    public void unacknowledged(TransactionId transaction, Branch branch, Duration retryIn) {}

    @Override
    public void heuristic(TransactionId transaction, Branch branch) {}

    @Override
    public void refused(Refused why) {}
}
