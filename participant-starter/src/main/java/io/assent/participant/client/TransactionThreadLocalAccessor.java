package io.assent.participant.client;

import io.assent.participant.engine.CurrentTransaction;
import io.assent.participant.engine.GlobalTransactionContext;
import io.micrometer.context.ThreadLocalAccessor;
import org.jspecify.annotations.Nullable;

/**
 * Lets WebClient calls behind an operator that changes threads belong to the transaction, where context propagation is
 * there and automatic ({@code spring.reactor.context-propagation=auto}). Only calls: a local transaction on such a thread
 * would be a second one in the branch. Found by the service loader.
 */
public final class TransactionThreadLocalAccessor implements ThreadLocalAccessor<GlobalTransactionContext> {

    @Override
    public Object key() {
        return "assent.transaction";
    }

    @Override
    public @Nullable GlobalTransactionContext getValue() {
        return CurrentTransaction.forCalls();
    }

    @Override
    public void setValue(GlobalTransactionContext context) {
        CurrentTransaction.carry(context);
    }

    @Override
    public void setValue() {
        CurrentTransaction.carry(null);
    }
}
