package io.assent.chaos.simulation;

import io.assent.participant.engine.CurrentTransaction;
import io.assent.participant.engine.GlobalTransactionContext;
import io.assent.participant.engine.HeldTransaction;
import java.sql.SQLException;

/** What Spring does around a local transaction that is held open between calls. */
final class HeldLocalTransaction implements HeldTransaction {

    private final LocalTransaction local;
    private final Runnable over;

    /** @param over told when it has ended */
    HeldLocalTransaction(LocalTransaction local, Runnable over) {
        this.local = local;
        this.over = over;
    }

    @Override
    public void suspend() {
        CurrentTransaction.clear();
    }

    @Override
    public void resume(GlobalTransactionContext context) {
        CurrentTransaction.set(context);
    }

    @Override
    public boolean rollbackOnly() {
        return false;
    }

    @Override
    public void commit() {
        try {
            local.commit();
        } catch (SQLException e) {
            throw new IllegalStateException(e.getMessage(), e);
        } finally {
            CurrentTransaction.clear();
            over.run();
        }
    }

    @Override
    public void rollback() {
        local.rollback();
        CurrentTransaction.clear();
        over.run();
    }
}
