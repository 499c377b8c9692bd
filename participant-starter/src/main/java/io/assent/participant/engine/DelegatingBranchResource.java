package io.assent.participant.engine;

import io.assent.participant.protocol.BranchFacts;
import io.assent.participant.protocol.BranchPage;
import io.assent.participant.protocol.PreparedBranch;
import io.assent.protocol.BranchId;
import io.assent.protocol.BranchRef;
import io.assent.protocol.TransactionId;
import io.assent.protocol.TransactionRange;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Passes every call on; for resources that add something to another one. */
public abstract class DelegatingBranchResource implements BranchResource {

    private final BranchResource delegate;

    protected DelegatingBranchResource(BranchResource delegate) {
        this.delegate = delegate;
    }

    @Override
    public List<PreparedBranch> prepared(int limit) {
        return delegate.prepared(limit);
    }

    @Override
    public BranchPage list(TransactionRange range, int limit) {
        return delegate.list(range, limit);
    }

    @Override
    public InDoubt inDoubt() {
        return delegate.inDoubt();
    }

    @Override
    public BranchFacts look(TransactionId transaction, BranchId branch) {
        return delegate.look(transaction, branch);
    }

    @Override
    public End commitPrepared(BranchRef ref) {
        return delegate.commitPrepared(ref);
    }

    @Override
    public End rollbackPrepared(BranchRef ref) {
        return delegate.rollbackPrepared(ref);
    }

    @Override
    public Tombstone writeTombstone(TransactionId transaction, BranchId branch, @Nullable BranchRef ref) {
        return delegate.writeTombstone(transaction, branch, ref);
    }

    @Override
    public void barrier() {
        delegate.barrier();
    }

    @Override
    public int forget(Duration age, int limit) {
        return delegate.forget(age, limit);
    }
}
