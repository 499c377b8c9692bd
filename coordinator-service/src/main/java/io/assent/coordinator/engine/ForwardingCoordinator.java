package io.assent.coordinator.engine;

import io.assent.coordinator.protocol.Branch;
import io.assent.protocol.ParticipantName;
import io.assent.protocol.TransactionId;
import io.assent.protocol.TransactionToken;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Passes every call on; for those that do something about a few of them. Thread-safe. */
public class ForwardingCoordinator implements Coordinator {

    protected final Coordinator real;

    protected ForwardingCoordinator(Coordinator real) {
        this.real = real;
    }

    @Override
    public CompletionStage<Answer> begin(Begin request) {
        return real.begin(request);
    }

    @Override
    public CompletionStage<Answer> enlist(TransactionId id, Branch branch, @Nullable TransactionToken token) {
        return real.enlist(id, branch, token);
    }

    @Override
    public CompletionStage<Answer> commit(Commit request) {
        return real.commit(request);
    }

    @Override
    public CompletionStage<Answer> rollback(Rollback request) {
        return real.rollback(request);
    }

    @Override
    public CompletionStage<Answer> resolve(TransactionId id, String reason) {
        return real.resolve(id, reason);
    }

    @Override
    public CompletionStage<Answer> retry(TransactionId id) {
        return real.retry(id);
    }

    @Override
    public CompletionStage<List<Inquired>> inquire(ParticipantName participant, List<Inquiry> inquiries) {
        return real.inquire(participant, inquiries);
    }

    @Override
    public CompletionStage<Answer> find(TransactionId id, @Nullable String owner) {
        return real.find(id, owner);
    }
}
