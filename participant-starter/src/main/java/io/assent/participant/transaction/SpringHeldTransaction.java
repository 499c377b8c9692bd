package io.assent.participant.transaction;

import io.assent.participant.engine.CurrentTransaction;
import io.assent.participant.engine.GlobalTransactionContext;
import io.assent.participant.engine.HeldTransaction;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.support.DefaultTransactionDefinition;
import org.springframework.transaction.support.DefaultTransactionStatus;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * A local transaction of Spring that changes threads. Spring can do one half of that by itself: NOT_SUPPORTED takes the
 * transaction with all its resources off the thread, and the end of NOT_SUPPORTED puts it back. Here that end comes on
 * another thread. Between the two nobody uses it; {@code LateBranches} lets one thread at a time.
 */
public final class SpringHeldTransaction implements HeldTransaction {

    private static final TransactionDefinition REQUIRED =
            new DefaultTransactionDefinition(TransactionDefinition.PROPAGATION_REQUIRED);

    private static final TransactionDefinition NOT_SUPPORTED =
            new DefaultTransactionDefinition(TransactionDefinition.PROPAGATION_NOT_SUPPORTED);

    private final PlatformTransactionManager manager;
    private final TransactionStatus status;
    /** The transaction is off any thread, and this brings it back; null while it is on one. */
    private @Nullable TransactionStatus pause;
    /** What is the thread's own, such as the EntityManager of an "open in view" request; it gets it back. */
    private Map<Object, Object> setAside = Map.of();

    private SpringHeldTransaction(PlatformTransactionManager manager) {
        this.manager = manager;
        setAside();
        try {
            status = manager.getTransaction(REQUIRED);
        } catch (RuntimeException | Error e) {
            putBack();
            throw e;
        }
    }

    /** @param manager of the participant's DataSource; null if there is none */
    public static HeldTransaction.Source source(Supplier<@Nullable PlatformTransactionManager> manager) {
        return () -> {
            PlatformTransactionManager found = manager.get();
            if (found == null) {
                throw new IllegalStateException(
                        "Late prepare needs a PlatformTransactionManager bean, and there is none"
                                + " (or several, and none is primary).");
            }
            return new SpringHeldTransaction(found);
        };
    }

    @Override
    public void suspend() {
        pause = manager.getTransaction(NOT_SUPPORTED);
        if (isSynchronized(pause)) {
            TransactionSynchronizationManager.clear();
        }
        putBack();
    }

    @Override
    public void resume(GlobalTransactionContext context) {
        TransactionStatus paused = pause;
        if (paused != null) {
            setAside();
            if (isSynchronized(paused)) {
                TransactionSynchronizationManager.initSynchronization();
            }
            pause = null;
            manager.commit(paused);
        }
        CurrentTransaction.set(context);
    }

    @Override
    public boolean rollbackOnly() {
        return status.isRollbackOnly();
    }

    @Override
    public void commit() {
        try {
            manager.commit(status);
        } finally {
            free();
        }
    }

    @Override
    public void rollback() {
        if (status.isCompleted()) {
            return;
        }
        try {
            manager.rollback(status);
        } finally {
            free();
        }
    }

    private void free() {
        CurrentTransaction.clear();
        putBack();
    }

    private void setAside() {
        setAside = new HashMap<>(TransactionSynchronizationManager.getResourceMap());
        setAside.keySet().forEach(TransactionSynchronizationManager::unbindResource);
    }

    private void putBack() {
        setAside.forEach(TransactionSynchronizationManager::bindResource);
        setAside = Map.of();
    }

    /** Whether the thread of NOT_SUPPORTED has synchronizations of its own, which are none of anybody's here. */
    private static boolean isSynchronized(TransactionStatus status) {
        return status instanceof DefaultTransactionStatus known && known.isNewSynchronization();
    }
}
