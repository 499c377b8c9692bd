package io.assent.participant;

import io.assent.participant.engine.CurrentTransaction;
import io.assent.participant.engine.GlobalTransactionContext;
import io.assent.protocol.BranchRef;
import io.assent.protocol.TransactionId;
import java.util.Optional;

/** The global transaction of the current thread. */
public final class GlobalTransactions {

    private GlobalTransactions() {}

    /** The id of the transaction that this thread works in, as initiator or participant. */
    public static Optional<TransactionId> currentId() {
        return Optional.ofNullable(CurrentTransaction.get()).map(GlobalTransactionContext::id);
    }

    /**
     * The execution of the own branch that this thread works in (R6): the name under which a {@link TwoPhaseParticipant} keeps
     * its changes aside. Empty outside of any global transaction.
     */
    public static Optional<BranchRef> currentRef() {
        return Optional.ofNullable(CurrentTransaction.get()).map(GlobalTransactionContext::ref);
    }

    /**
     * Makes sure that the transaction rolls back, whatever the work does from here on.
     *
     * @param reason for people
     * @throws IllegalStateException if this thread is in no global transaction
     */
    public static void setRollbackOnly(String reason) {
        GlobalTransactionContext context = CurrentTransaction.get();
        if (context == null) {
            throw new IllegalStateException("This thread is in no global transaction.");
        }
        context.setRollbackOnly(reason);
    }
}
