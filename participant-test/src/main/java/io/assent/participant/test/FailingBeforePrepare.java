package io.assent.participant.test;

import io.assent.participant.GlobalTransactions;
import io.assent.participant.test.AssentFaults.Point;
import org.springframework.transaction.TransactionExecution;
import org.springframework.transaction.TransactionExecutionListener;

/** Stands where the framework is about to commit: the last moment before the starter prepares. */
final class FailingBeforePrepare implements TransactionExecutionListener {

    private final AssentFaults faults;

    FailingBeforePrepare(AssentFaults faults) {
        this.faults = faults;
    }

    @Override
    public void beforeCommit(TransactionExecution transaction) {
        if (!transaction.isReadOnly()
                && GlobalTransactions.currentId().isPresent()
                && faults.strikes(Point.BEFORE_PREPARE)) {
            throw new InjectedFaultException(Point.BEFORE_PREPARE);
        }
    }
}
