package io.assent.participant.test;

import io.assent.participant.engine.BranchResource;
import io.assent.participant.engine.BranchResourceException;
import io.assent.participant.engine.DelegatingBranchResource;
import io.assent.participant.test.AssentFaults.Point;
import io.assent.protocol.BranchRef;
import java.util.function.Supplier;

/** The branches' database, which now and then fails to do what is ordered, or to say that it has. */
final class FaultyBranchResource extends DelegatingBranchResource {

    private final AssentFaults faults;

    FaultyBranchResource(BranchResource real, AssentFaults faults) {
        super(real);
        this.faults = faults;
    }

    @Override
    public End commitPrepared(BranchRef ref) {
        return end(() -> super.commitPrepared(ref));
    }

    @Override
    public End rollbackPrepared(BranchRef ref) {
        return end(() -> super.rollbackPrepared(ref));
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
}
