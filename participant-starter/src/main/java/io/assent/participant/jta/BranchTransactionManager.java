package io.assent.participant.jta;

import jakarta.transaction.HeuristicMixedException;
import jakarta.transaction.HeuristicRollbackException;
import jakarta.transaction.InvalidTransactionException;
import jakarta.transaction.NotSupportedException;
import jakarta.transaction.RollbackException;
import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import jakarta.transaction.SystemException;
import jakarta.transaction.Transaction;
import jakarta.transaction.TransactionManager;
import jakarta.transaction.TransactionSynchronizationRegistry;
import javax.transaction.xa.XAResource;
import org.jspecify.annotations.Nullable;

/**
 * Narayana's transaction manager as frameworks see it: who registers a JTA synchronization in a branch, Hibernate above all, is
 * told STATUS_UNKNOWN at its end when the branch is prepared. Narayana would say STATUS_COMMITTED, which is not true yet, and a
 * second-level cache would serve rows that may be rolled back. Thread-safe.
 */
final class BranchTransactionManager implements TransactionManager {

    private final TransactionManager narayana;
    private final TransactionSynchronizationRegistry registry;
    private final JtaBranches branches;

    BranchTransactionManager(
            TransactionManager narayana, TransactionSynchronizationRegistry registry, JtaBranches branches) {
        this.narayana = narayana;
        this.registry = registry;
        this.branches = branches;
    }

    @Override
    public @Nullable Transaction getTransaction() throws SystemException {
        Transaction transaction = narayana.getTransaction();
        JtaBranch branch = transaction == null ? null : branches.bound();
        return transaction == null || branch == null ? transaction : new BranchTransaction(transaction, branch);
    }

    @Override
    public @Nullable Transaction suspend() throws SystemException {
        return narayana.suspend();
    }

    @Override
    public void resume(@Nullable Transaction transaction) throws InvalidTransactionException, SystemException {
        narayana.resume(transaction instanceof BranchTransaction own ? own.narayana : transaction);
    }

    @Override
    public void begin() throws NotSupportedException, SystemException {
        narayana.begin();
    }

    @Override
    public void commit()
            throws RollbackException, HeuristicMixedException, HeuristicRollbackException, SystemException {
        narayana.commit();
    }

    @Override
    public void rollback() throws SystemException {
        narayana.rollback();
    }

    @Override
    public int getStatus() throws SystemException {
        return narayana.getStatus();
    }

    @Override
    public void setRollbackOnly() throws SystemException {
        narayana.setRollbackOnly();
    }

    @Override
    public void setTransactionTimeout(int seconds) throws SystemException {
        narayana.setTransactionTimeout(seconds);
    }

    /** The registry that tells the same. */
    TransactionSynchronizationRegistry registry() {
        return new Registry();
    }

    private record Truthful(Synchronization target, JtaBranch branch) implements Synchronization {

        @Override
        public void beforeCompletion() {
            target.beforeCompletion();
        }

        @Override
        public void afterCompletion(int status) {
            target.afterCompletion(
                    status == Status.STATUS_COMMITTED && branch.isInDoubt() ? Status.STATUS_UNKNOWN : status);
        }
    }

    private static final class BranchTransaction implements Transaction {

        private final Transaction narayana;
        private final JtaBranch branch;

        BranchTransaction(Transaction narayana, JtaBranch branch) {
            this.narayana = narayana;
            this.branch = branch;
        }

        @Override
        public void registerSynchronization(Synchronization synchronization) throws RollbackException, SystemException {
            narayana.registerSynchronization(new Truthful(synchronization, branch));
        }

        @Override
        public void commit()
                throws RollbackException, HeuristicMixedException, HeuristicRollbackException, SystemException {
            narayana.commit();
        }

        @Override
        public boolean delistResource(XAResource resource, int flag) throws SystemException {
            return narayana.delistResource(resource, flag);
        }

        @Override
        public boolean enlistResource(XAResource resource) throws RollbackException, SystemException {
            return narayana.enlistResource(resource);
        }

        @Override
        public int getStatus() throws SystemException {
            return narayana.getStatus();
        }

        @Override
        public void rollback() throws SystemException {
            narayana.rollback();
        }

        @Override
        public void setRollbackOnly() throws SystemException {
            narayana.setRollbackOnly();
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof BranchTransaction own && narayana.equals(own.narayana);
        }

        @Override
        public int hashCode() {
            return narayana.hashCode();
        }
    }

    private final class Registry implements TransactionSynchronizationRegistry {

        @Override
        public void registerInterposedSynchronization(Synchronization synchronization) {
            JtaBranch branch = branches.bound();
            registry.registerInterposedSynchronization(
                    branch == null ? synchronization : new Truthful(synchronization, branch));
        }

        @Override
        public @Nullable Object getTransactionKey() {
            return registry.getTransactionKey();
        }

        @Override
        public void putResource(Object key, @Nullable Object value) {
            registry.putResource(key, value);
        }

        @Override
        public @Nullable Object getResource(Object key) {
            return registry.getResource(key);
        }

        @Override
        public int getTransactionStatus() {
            return registry.getTransactionStatus();
        }

        @Override
        public void setRollbackOnly() {
            registry.setRollbackOnly();
        }

        @Override
        public boolean getRollbackOnly() {
            return registry.getRollbackOnly();
        }
    }
}
