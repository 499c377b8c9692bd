package io.assent.chaos.simulation;

import io.assent.participant.engine.BranchResource;
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

/** Passes every call on; what a wrong twin starts from. */
class ForwardingResource implements BranchResource {

    private final BranchResource real;

    ForwardingResource(BranchResource real) {
        this.real = real;
    }

    @Override
    public List<PreparedBranch> prepared(int limit) {
        return real.prepared(limit);
    }

    @Override
    public BranchPage list(TransactionRange range, int limit) {
        return real.list(range, limit);
    }

    @Override
    public InDoubt inDoubt() {
        return real.inDoubt();
    }

    @Override
    public BranchFacts look(TransactionId transaction, BranchId branch) {
        return real.look(transaction, branch);
    }

    @Override
    public End commitPrepared(BranchRef ref) {
        return real.commitPrepared(ref);
    }

    @Override
    public End rollbackPrepared(BranchRef ref) {
        return real.rollbackPrepared(ref);
    }

    @Override
    public Tombstone writeTombstone(TransactionId transaction, BranchId branch, @Nullable BranchRef ref) {
        return real.writeTombstone(transaction, branch, ref);
    }

    @Override
    public void barrier() {
        real.barrier();
    }

    @Override
    public int forget(Duration age, int limit) {
        return real.forget(age, limit);
    }
}
