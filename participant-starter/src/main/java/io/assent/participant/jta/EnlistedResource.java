package io.assent.participant.jta;

import java.sql.SQLException;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;

/** A pooled connection or session that works in a transaction. */
interface EnlistedResource {

    /** As a part of a branch. */
    BranchPart join(XAResource resource, Xid xid, JtaBranch branch) throws SQLException;

    /**
     * Before it is prepared in a transaction of this service alone: the driver would answer yes for one that failed (L7).
     *
     * @throws SQLException if an earlier statement failed
     */
    void guard() throws SQLException;
}
