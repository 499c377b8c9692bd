package io.assent.coordinator.tracing;

import io.assent.coordinator.engine.Answer;
import io.assent.coordinator.engine.Coordinator;
import io.assent.coordinator.protocol.Branch;
import io.assent.protocol.ParticipantName;
import io.assent.protocol.TransactionId;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Remembers in whose trace something was asked for that is done later, in other threads. Thread-safe. */
public final class TracingCoordinator implements Coordinator {

    private final Coordinator delegate;
    private final TransactionTraces traces;

    public TracingCoordinator(Coordinator delegate, TransactionTraces traces) {
        this.delegate = delegate;
        this.traces = traces;
    }

    @Override
    public CompletionStage<Answer> begin(Begin request) {
        return delegate.begin(request);
    }

    @Override
    public CompletionStage<Answer> enlist(TransactionId id, Branch branch) {
        return delegate.enlist(id, branch);
    }

    @Override
    public CompletionStage<Answer> commit(Commit request) {
        traces.asked(request.id());
        return delegate.commit(request);
    }

    @Override
    public CompletionStage<Answer> rollback(Rollback request) {
        traces.asked(request.id());
        return delegate.rollback(request);
    }

    @Override
    public CompletionStage<Answer> resolve(TransactionId id, String reason) {
        return delegate.resolve(id, reason);
    }

    @Override
    public CompletionStage<Answer> retry(TransactionId id) {
        traces.asked(id);
        return delegate.retry(id);
    }

    @Override
    public CompletionStage<List<Inquired>> inquire(ParticipantName participant, List<Inquiry> inquiries) {
        return delegate.inquire(participant, inquiries);
    }

    @Override
    public CompletionStage<Answer> find(TransactionId id) {
        return delegate.find(id);
    }
}
