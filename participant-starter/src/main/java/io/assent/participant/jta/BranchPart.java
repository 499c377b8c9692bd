package io.assent.participant.jta;

import java.sql.SQLException;
import javax.transaction.xa.XAException;
import javax.transaction.xa.Xid;

/** One resource's part in a branch, from its first use to the end of phase one. Used by the branch's thread only. */
interface BranchPart {

    /** The name of the resource. */
    String resource();

    /** The name under which the resource's own XAResource knows the work. */
    Xid xid();

    /** After the resource has been associated with the thread, before its first use. */
    void started() throws SQLException;

    /**
     * Whether there is anything to prepare.
     *
     * @throws SQLException also if an earlier statement failed (L7)
     */
    boolean wrote() throws SQLException;

    /**
     * Prepares durably.
     *
     * @throws SQLException if it is not prepared, as far as is known
     */
    void prepare() throws SQLException;

    /** Undoes what is not prepared, and makes the connection ready for other work. Nothing to undo is fine. */
    void release() throws XAException;
}
