package io.assent.participant.transaction;

import io.assent.participant.engine.GlobalTransactionContext;

/** Ties the local transaction that has just begun on this thread to the branch. */
@FunctionalInterface
public interface BranchBinding {

    /**
     * Must not throw: the transaction manager would leave the transaction open. What fails makes the branch rollback-only.
     *
     * @return false if the transaction is about another resource than the participant's
     */
    boolean bind(GlobalTransactionContext context);
}
