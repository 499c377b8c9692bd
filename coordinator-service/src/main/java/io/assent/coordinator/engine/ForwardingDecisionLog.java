package io.assent.coordinator.engine;

import io.assent.coordinator.protocol.Branch;
import io.assent.coordinator.protocol.ExpectedBranch;
import io.assent.coordinator.protocol.TransactionRecord;
import io.assent.protocol.TransactionId;
import io.assent.protocol.TransactionToken;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Passes every call on; for those that do something about a few of them. Thread-safe. */
public class ForwardingDecisionLog implements DecisionLog {

    protected final DecisionLog real;

    protected ForwardingDecisionLog(DecisionLog real) {
        this.real = real;
    }

    @Override
    public CompletionStage<Reply> begin(NewTransaction transaction) {
        return real.begin(transaction);
    }

    @Override
    public CompletionStage<Reply> enlist(TransactionId id, Branch branch, @Nullable TransactionToken token) {
        return real.enlist(id, branch, token);
    }

    @Override
    public CompletionStage<Reply> close(
            TransactionId id, @Nullable List<ExpectedBranch> expected, @Nullable String owner) {
        return real.close(id, expected, owner);
    }

    @Override
    public CompletionStage<Reply> decide(Proposal proposal) {
        return real.decide(proposal);
    }

    @Override
    public CompletionStage<Reply> adopt(TransactionId id, List<Branch> branches) {
        return real.adopt(id, branches);
    }

    @Override
    public CompletionStage<Reply> record(Progress progress) {
        return real.record(progress);
    }

    @Override
    public CompletionStage<Reply> resolve(TransactionId id, String reason) {
        return real.resolve(id, reason);
    }

    @Override
    public CompletionStage<Reading> find(Collection<TransactionId> ids) {
        return real.find(ids);
    }

    @Override
    public CompletionStage<List<TransactionRecord>> claim(int limit, Duration lease) {
        return real.claim(limit, lease);
    }
}
