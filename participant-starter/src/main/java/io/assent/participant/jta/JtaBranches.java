package io.assent.participant.jta;

import com.arjuna.ats.internal.jta.transaction.arjunacore.TransactionImple;
import io.assent.participant.engine.BranchResource;
import io.assent.participant.engine.CurrentTransaction;
import io.assent.participant.engine.GlobalTransactionContext;
import io.assent.participant.postgres.BranchPreparer;
import io.assent.participant.transaction.BranchBinding;
import jakarta.transaction.SystemException;
import jakarta.transaction.Transaction;
import jakarta.transaction.TransactionManager;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.function.Supplier;
import javax.sql.DataSource;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import org.jboss.tm.XAResourceWrapper;
import org.jspecify.annotations.Nullable;

/** Which of Narayana's transactions are branches of global ones. Thread-safe. */
public final class JtaBranches implements BranchBinding {

    private static final Object KEY = new Object();

    private final TransactionManager transactionManager;
    private final TransactionSynchronizationRegistry registry;
    private final SecondaryResources secondaries;
    private final Supplier<BranchPreparer> preparer;
    private final Supplier<BranchResource> resource;
    private final Supplier<DataSource> main;

    /**
     * The suppliers are asked at the first branch: connections are made before most other beans.
     *
     * @param main the database with the marker table
     */
    public JtaBranches(
            NarayanaRuntime narayana,
            SecondaryResources secondaries,
            Supplier<BranchPreparer> preparer,
            Supplier<BranchResource> resource,
            Supplier<DataSource> main) {
        this.transactionManager = narayana.transactionManager();
        this.registry = narayana.synchronizationRegistry();
        this.secondaries = secondaries;
        this.preparer = preparer;
        this.resource = resource;
        this.main = main;
    }

    /** Narayana's transaction manager, for frameworks: tells those who wait for the end of a branch no more than is true. */
    public TransactionManager transactionManager() {
        return new BranchTransactionManager(transactionManager, registry, this);
    }

    /** The registry that belongs to it. */
    public TransactionSynchronizationRegistry synchronizationRegistry() {
        return new BranchTransactionManager(transactionManager, registry, this).registry();
    }

    /** Enlists the main database at once: whatever the work writes to, the marker row goes there. */
    @Override
    public boolean bind(GlobalTransactionContext context) {
        registry.putResource(
                KEY,
                new JtaBranch(context, preparer.get(), resource.get(), secondaries, this::requireOnlyKnownResources));
        try (Connection enlisted = main.get().getConnection()) {
            return true;
        } catch (SQLException e) {
            context.setRollbackOnly("the main database could not be enlisted: " + e.getMessage());
            registry.setRollbackOnly();
            return true;
        }
    }

    /**
     * The branch that this thread's transaction is; null if it is a transaction of this service alone.
     *
     * @throws XAException if the thread works in a global transaction and its local one did not begin as a branch
     */
    @Nullable
    JtaBranch current() throws XAException {
        JtaBranch branch = (JtaBranch) registry.getResource(KEY);
        GlobalTransactionContext context = CurrentTransaction.get();
        if (branch == null && context != null) {
            context.setRollbackOnly("a JTA transaction that did not begin through Spring");
            throw XaErrors.of(
                    XAException.XAER_PROTO,
                    "Transaction " + context.id() + ", branch " + context.branch()
                            + ": the JTA transaction of this call"
                            + " was begun with UserTransaction or TransactionManager. Use @Transactional or"
                            + " TransactionTemplate in a global transaction.",
                    null);
        }
        return branch;
    }

    /** The branch that this thread's transaction is, if it is one. There must be a transaction. */
    @Nullable
    JtaBranch bound() {
        return (JtaBranch) registry.getResource(KEY);
    }

    /** Any other resource would be committed by Narayana right after phase one. */
    private void requireOnlyKnownResources() {
        for (XAResource enlisted : currentTransaction().getResources().keySet()) {
            XAResource inner = enlisted;
            while (inner instanceof XAResourceWrapper wrapper) {
                inner = wrapper.getResource();
            }
            if (!(inner instanceof BranchXaResource)) {
                throw new IllegalStateException("an XA resource takes part that this starter did not enlist ("
                        + inner.getClass().getName()
                        + "); use DataSources of assent.participant.jta.databases and the auto-configured"
                        + " ConnectionFactory in a global transaction");
            }
        }
    }

    private TransactionImple currentTransaction() {
        try {
            Transaction transaction = transactionManager.getTransaction();
            return (TransactionImple) transaction;
        } catch (SystemException e) {
            throw new IllegalStateException("Narayana does not tell its transaction", e);
        }
    }
}
