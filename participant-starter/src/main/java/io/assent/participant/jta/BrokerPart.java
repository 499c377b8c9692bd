package io.assent.participant.jta;

import java.sql.SQLException;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;

/** A message broker, prepared under an Xid that holds the branch's whole ref. */
final class BrokerPart implements BranchPart {

    private final String resource;
    private final XAResource session;
    private final Xid xid;
    private boolean over;

    BrokerPart(String resource, XAResource session, Xid xid) {
        this.resource = resource;
        this.session = session;
        this.xid = xid;
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
    public void started() {}

    /** Brokers do not tell before they are asked to prepare. */
    @Override
    public boolean wrote() {
        return true;
    }

    @Override
    public void prepare() throws SQLException {
        try {
            session.prepare(xid);
            over = true;
        } catch (XAException e) {
            throw new SQLException("the broker did not prepare, XA error " + e.errorCode, XaErrors.SQL_STATE, e);
        }
    }

    @Override
    public void release() throws XAException {
        if (!over) {
            over = true;
            session.rollback(xid);
        }
    }
}
