package io.assent.participant.transaction;

import io.assent.participant.engine.CurrentTransaction;
import io.assent.participant.engine.GlobalTransactionContext;
import io.assent.participant.protocol.BranchExecution;
import io.assent.participant.protocol.BranchPhase;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Follows the branch's local transaction: tells the connection when COMMIT means PREPARE, takes the global transaction off
 * the thread while the local one is suspended (REQUIRES_NEW, NOT_SUPPORTED), and stands between the framework and every
 * other synchronization after the commit, because "committed" is not true yet.
 */
final class BranchSynchronization implements TransactionSynchronization {

    private final GlobalTransactionContext context;
    private final HeldCallbacks callbacks;
    /** What the thread works in when the local transaction is suspended: a later call, perhaps (late prepare). */
    private @Nullable GlobalTransactionContext suspended;

    BranchSynchronization(GlobalTransactionContext context, HeldCallbacks callbacks) {
        this.context = context;
        this.callbacks = callbacks;
    }

    @Override
    public void suspend() {
        suspended = CurrentTransaction.get();
        CurrentTransaction.clear();
    }

    @Override
    public void resume() {
        CurrentTransaction.set(suspended == null ? context : suspended);
    }

    @Override
    public void beforeCommit(boolean readOnly) {
        if (context.initiator()) {
            context.endCalls();
        }
        String reason = context.rollbackReason();
        if (reason != null) {
            // No TransactionException: at that sight the framework would neither commit nor roll back, and the clean-up
            // of
            // the connection, turning autocommit on, would commit.
            throw new IllegalStateException(
                    "Transaction " + context.id() + ", branch " + context.branch() + " can only roll back: " + reason);
        }
        context.committing(true);
    }

    /** The last moment before the commit: puts itself in front of all others for what comes after it. */
    @Override
    public void beforeCompletion() {
        if (!context.committing()) {
            return;
        }
        List<TransactionSynchronization> others =
                new ArrayList<>(TransactionSynchronizationManager.getSynchronizations());
        others.remove(this);
        TransactionSynchronizationManager.clearSynchronization();
        TransactionSynchronizationManager.initSynchronization();
        TransactionSynchronizationManager.registerSynchronization(new AfterCommit(others));
    }

    /** Without a commit: rolled back. */
    @Override
    public void afterCompletion(int status) {
        completed(status);
    }

    private void completed(int status) {
        context.committing(false);
        BranchPhase phase = context.own().phase();
        if (status != STATUS_COMMITTED && phase != BranchPhase.ROLLED_BACK && phase != BranchPhase.COMMIT_UNKNOWN) {
            context.advance(
                    own -> own.rolledBack(BranchExecution.BY_THE_FRAMEWORK).doomed(BranchExecution.BY_THE_FRAMEWORK));
        }
    }

    /** All other synchronizations, told what is true. */
    private final class AfterCommit implements TransactionSynchronization {

        private final List<TransactionSynchronization> others;

        AfterCommit(List<TransactionSynchronization> others) {
            this.others = others;
        }

        @Override
        public void afterCommit() {
            if (!inDoubt()) {
                others.forEach(TransactionSynchronization::afterCommit);
            }
        }

        @Override
        public void afterCompletion(int status) {
            completed(status);
            if (status == STATUS_COMMITTED && inDoubt()) {
                callbacks.holdAndRelease(context.ref(), others);
                return;
            }
            HeldCallbacks.complete(
                    others, context.own().phase() == BranchPhase.ROLLED_BACK ? STATUS_ROLLED_BACK : status);
        }

        private boolean inDoubt() {
            return context.own().phase() == BranchPhase.PREPARED;
        }
    }
}
