package io.assent.participant.jta;

import io.agroal.api.transaction.TransactionAware;
import io.agroal.api.transaction.TransactionIntegration;
import io.agroal.narayana.NarayanaTransactionIntegration;
import io.assent.participant.postgres.BranchPreparer;
import io.assent.participant.postgres.PreparedNames;
import java.sql.SQLException;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;

/** Agroal's integration with Narayana, with {@link BranchXaResource}s in between. */
final class DatabaseEnlistment implements TransactionIntegration {

    private final TransactionIntegration narayana;
    private final JtaBranches branches;
    private final String name;
    private final PreparedNames names;

    DatabaseEnlistment(NarayanaRuntime runtime, JtaBranches branches, String name, PreparedNames names) {
        this.narayana = new NarayanaTransactionIntegration(
                runtime.transactionManager(), runtime.synchronizationRegistry(), name, false, runtime);
        this.branches = branches;
        this.name = name;
        this.names = names;
    }

    @Override
    public TransactionAware getTransactionAware() throws SQLException {
        return narayana.getTransactionAware();
    }

    @Override
    public void associate(TransactionAware connection, XAResource driver) throws SQLException {
        narayana.associate(connection, new BranchXaResource(driver, branches, new Enlisted(connection)));
    }

    @Override
    public boolean disassociate(TransactionAware connection) throws SQLException {
        return narayana.disassociate(connection);
    }

    @Override
    public void addResourceRecoveryFactory(ResourceRecoveryFactory factory) {
        narayana.addResourceRecoveryFactory(factory);
    }

    @Override
    public void removeResourceRecoveryFactory(ResourceRecoveryFactory factory) {
        narayana.removeResourceRecoveryFactory(factory);
    }

    private final class Enlisted implements EnlistedResource {

        private final TransactionAware pooled;

        Enlisted(TransactionAware pooled) {
            this.pooled = pooled;
        }

        @Override
        public BranchPart join(XAResource driver, Xid xid, JtaBranch branch) throws SQLException {
            DatabasePart part = new DatabasePart(name, driver, xid, pooled, branch.context(), branch.preparer(), names);
            if (names.equals(PreparedNames.MAIN)) {
                branch.mainIs(part);
            }
            return part;
        }

        @Override
        public void guard() throws SQLException {
            BranchPreparer.wrote(DatabasePart.driverConnection(pooled));
        }
    }
}
