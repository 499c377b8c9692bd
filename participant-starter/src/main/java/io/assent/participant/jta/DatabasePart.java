package io.assent.participant.jta;

import io.agroal.api.transaction.TransactionAware;
import io.assent.participant.engine.GlobalTransactionContext;
import io.assent.participant.postgres.BranchPreparer;
import io.assent.participant.postgres.OtherResources;
import io.assent.participant.postgres.PreparedNames;
import java.sql.Connection;
import java.sql.SQLException;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;

/**
 * A PostgreSQL database. The driver's XAResource only opens the transaction and lets go of it; PREPARE TRANSACTION is sent by
 * the same code, under the same names and with the same care as on the direct path, since the driver's own {@code prepare}
 * votes yes for a transaction that failed (L7), hides the warning of a cancelled wait (L1) and calls a lost reply a failure.
 */
final class DatabasePart implements BranchPart {

    private final String resource;
    private final XAResource driver;
    private final Xid xid;
    private final TransactionAware pooled;
    private final GlobalTransactionContext context;
    private final BranchPreparer preparer;
    private final PreparedNames names;
    private final Connection connection;

    /** @param xid of the local transaction, as Narayana made it: nothing is ever prepared under it */
    DatabasePart(
            String resource,
            XAResource driver,
            Xid xid,
            TransactionAware pooled,
            GlobalTransactionContext context,
            BranchPreparer preparer,
            PreparedNames names)
            throws SQLException {
        this.resource = resource;
        this.driver = driver;
        this.xid = xid;
        this.pooled = pooled;
        this.context = context;
        this.preparer = preparer;
        this.names = names;
        this.connection = driverConnection(pooled);
    }

    /** Below the pool's and the driver's proxies, which refuse COMMIT. */
    static Connection driverConnection(TransactionAware pooled) throws SQLException {
        return ((Connection) pooled.getConnection()).unwrap(Connection.class);
    }

    @Override
    public String resource() {
        return resource;
    }

    @Override
    public Xid xid() {
        return xid;
    }

    @Override
    public void started() throws SQLException {
        preparer.open(connection, context);
    }

    @Override
    public boolean wrote() throws SQLException {
        return BranchPreparer.wrote(connection);
    }

    @Override
    public void prepare() throws SQLException {
        BranchPreparer.prepareAs(connection, names.name(context.ref()));
    }

    /** The main database, after all others: marker row, PREPARE TRANSACTION, or COMMIT where nobody else wrote anything. */
    void prepareLast(OtherResources others) throws SQLException {
        preparer.prepareOrCommit(connection, context, others);
    }

    @Override
    public void release() throws XAException {
        try {
            // On a connection without a transaction, after PREPARE or COMMIT, the driver sends nothing.
            driver.rollback(xid);
        } catch (XAException e) {
            pooled.setFlushOnly();
            throw e;
        }
    }
}
