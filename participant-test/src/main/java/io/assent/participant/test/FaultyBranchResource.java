package io.assent.participant.test;

import io.assent.participant.engine.BranchResource;
import io.assent.participant.engine.BranchResourceException;
import io.assent.participant.protocol.BranchFacts;
import io.assent.participant.protocol.BranchPage;
import io.assent.participant.protocol.PreparedBranch;
import io.assent.participant.test.AssentFaults.Point;
import io.assent.protocol.BranchId;
import io.assent.protocol.BranchRef;
import io.assent.protocol.TransactionId;
import io.assent.protocol.TransactionRange;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The branches' database, which now and then fails to do what is ordered, or to say that it has. */
final class FaultyBranchResource implements BranchResource {

    private final BranchResource real;
    private final AssentFaults faults;

    FaultyBranchResource(BranchResource real, AssentFaults faults) {
        this.real = real;
        this.faults = faults;
    }

    @Override
    public End commitPrepared(BranchRef ref) {
        return end(() -> real.commitPrepared(ref));
    }

    @Override
    public End rollbackPrepared(BranchRef ref) {
        return end(() -> real.rollbackPrepared(ref));
    }

    private End end(Supplier<End> order) {
        if (faults.strikes(Point.ORDER_LOST)) {
            throw failure(Point.ORDER_LOST);
        }
        End end = order.get();
        if (end == End.DONE && faults.strikes(Point.ACKNOWLEDGEMENT_LOST)) {
            throw failure(Point.ACKNOWLEDGEMENT_LOST);
        }
        return end;
    }

    private static BranchResourceException failure(Point point) {
        InjectedFaultException fault = new InjectedFaultException(point);
        return new BranchResourceException(String.valueOf(fault.getMessage()), fault);
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
