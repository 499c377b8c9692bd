package io.assent.coordinator.tracing;

import io.assent.coordinator.engine.Answer;
import io.assent.coordinator.engine.Coordinator;
import io.assent.coordinator.engine.ForwardingCoordinator;
import io.assent.protocol.TransactionId;
import java.util.concurrent.CompletionStage;

/** Remembers in whose trace something was asked for that is done later, in other threads. Thread-safe. */
public final class TracingCoordinator extends ForwardingCoordinator {

    private final TransactionTraces traces;

    public TracingCoordinator(Coordinator real, TransactionTraces traces) {
        super(real);
        this.traces = traces;
    }

    @Override
    public CompletionStage<Answer> commit(Commit request) {
        traces.asked(request.id());
        return super.commit(request);
    }

    @Override
    public CompletionStage<Answer> rollback(Rollback request) {
        traces.asked(request.id());
        return super.rollback(request);
    }

    @Override
    public CompletionStage<Answer> retry(TransactionId id) {
        traces.asked(id);
        return super.retry(id);
    }
}
