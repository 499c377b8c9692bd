package io.assent.participant.transaction;

import io.assent.participant.engine.CurrentTransaction;
import io.assent.participant.engine.GlobalTransactionContext;
import io.assent.participant.protocol.BranchExecution;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.IllegalTransactionStateException;
import org.springframework.transaction.TransactionExecution;
import org.springframework.transaction.TransactionExecutionListener;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Makes the first local transaction of a thread that works in a global one the branch. One per transaction manager; those
 * of another resource than the participant's DataSource are left alone. Thread-safe.
 */
public final class BranchTransactionListener implements TransactionExecutionListener {

    private final BranchBinding binding;
    private final HeldCallbacks callbacks;
    /** Known after the manager's first transaction. */
    private volatile boolean otherResource;

    public BranchTransactionListener(BranchBinding binding, HeldCallbacks callbacks) {
        this.binding = binding;
        this.callbacks = callbacks;
    }

    @Override
    public void beforeBegin(TransactionExecution transaction) {
        GlobalTransactionContext context = CurrentTransaction.get();
        if (context == null || otherResource) {
            return;
        }
        BranchExecution own = context.own();
        if (!own.mayBeginTransaction()) {
            // Rollback-only as well: the application must not get half of its work committed by catching this.
            context.setRollbackOnly("a second local transaction in one branch");
            throw new IllegalTransactionStateException("Transaction " + context.id() + ", branch " + context.branch()
                    + ": " + own.whyNoTransaction() + ".");
        }
    }

    @Override
    public void afterBegin(TransactionExecution transaction, @Nullable Throwable failure) {
        GlobalTransactionContext context = CurrentTransaction.get();
        if (context == null || failure != null) {
            return;
        }
        if (!binding.bind(context)) {
            otherResource = true;
            return;
        }
        context.advance(BranchExecution::transactionBegun);
        TransactionSynchronizationManager.registerSynchronization(new BranchSynchronization(context, callbacks));
    }
}
