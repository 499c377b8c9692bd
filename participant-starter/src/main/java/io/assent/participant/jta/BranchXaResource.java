package io.assent.participant.jta;

import java.sql.SQLException;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;
import org.jspecify.annotations.Nullable;

/**
 * What Narayana is given in place of a resource's own XAResource. In a transaction of this service alone it only passes on. In a
 * branch of a global transaction it lets Narayana run phase one and then tells it that there is nothing left to do
 * ({@link XAResource#XA_RDONLY}): whether and when the branch commits is not Narayana's business. So nothing of a branch is in
 * its object store, no connection waits for the decision, and nothing remains in memory that another replica could not end.
 */
final class BranchXaResource implements XAResource {

    private final XAResource resource;
    private final JtaBranches branches;
    private final EnlistedResource enlisted;
    private @Nullable JtaBranch branch;
    private @Nullable BranchPart part;
    private boolean ended;

    BranchXaResource(XAResource resource, JtaBranches branches, EnlistedResource enlisted) {
        this.resource = resource;
        this.branches = branches;
        this.enlisted = enlisted;
    }

    @Override
    public void start(Xid xid, int flags) throws XAException {
        if (part != null) {
            resource.start(part.xid(), flags);
            ended = false;
            return;
        }
        JtaBranch joined = branches.current();
        if (joined == null) {
            resource.start(xid, flags);
            return;
        }
        try {
            BranchPart joining = enlisted.join(resource, xid, joined);
            resource.start(joining.xid(), flags);
            startIn(joining);
            branch = joined;
            part = joining;
            joined.add(this, (flags & TMJOIN) != 0);
        } catch (SQLException e) {
            throw XaErrors.of(XAException.XAER_RMERR, "could not join the branch: " + e.getMessage(), e);
        }
    }

    private void startIn(BranchPart joining) throws SQLException, XAException {
        try {
            joining.started();
        } catch (SQLException e) {
            // Narayana forgets a resource whose start failed, and the pool would hand out its open transaction.
            resource.end(joining.xid(), TMFAIL);
            joining.release();
            throw e;
        }
    }

    @Override
    public void end(Xid xid, int flags) throws XAException {
        BranchPart own = part;
        if (own == null) {
            resource.end(xid, flags);
        } else if (!ended && !isOver()) {
            resource.end(own.xid(), flags);
            ended = (flags & TMSUSPEND) == 0;
        }
    }

    @Override
    public int prepare(Xid xid) throws XAException {
        JtaBranch own = branch;
        if (own == null) {
            guard(xid);
            return resource.prepare(xid);
        }
        own.prepare();
        return XA_RDONLY;
    }

    private void guard(Xid xid) throws XAException {
        try {
            enlisted.guard();
        } catch (SQLException e) {
            resource.rollback(xid);
            throw XaErrors.of(XAException.XA_RBROLLBACK, "an earlier statement failed: " + e.getMessage(), e);
        }
    }

    @Override
    public void commit(Xid xid, boolean onePhase) throws XAException {
        JtaBranch own = branch;
        if (own != null) {
            // Narayana's shortcut for a transaction with one resource.
            own.prepare();
            return;
        }
        try {
            resource.commit(xid, onePhase);
        } catch (XAException e) {
            if (!onePhase && XaErrors.isLostReply(e)) {
                throw XaErrors.of(XAException.XAER_RMFAIL, "no reply; the recovery will look", e);
            }
            throw e;
        }
    }

    @Override
    public void rollback(Xid xid) throws XAException {
        BranchPart own = part;
        if (own != null) {
            if (!isOver()) {
                own.release();
            }
            return;
        }
        try {
            resource.rollback(xid);
        } catch (XAException e) {
            throw XaErrors.isLostReply(e)
                    ? XaErrors.of(XAException.XAER_RMFAIL, "no reply; the recovery will look", e)
                    : e;
        }
    }

    private boolean isOver() {
        return branch != null && branch.isOver();
    }

    /** Of the branch; null in a transaction of this service alone. */
    @Nullable
    BranchPart part() {
        return part;
    }

    /** Before anything is prepared: no more work. */
    void endBeforePrepare() throws XAException {
        BranchPart own = part;
        if (own != null && !ended) {
            resource.end(own.xid(), TMSUCCESS);
            ended = true;
        }
    }

    @Override
    public boolean isSameRM(XAResource other) throws XAException {
        return resource.isSameRM(other instanceof BranchXaResource wrapped ? wrapped.resource : other);
    }

    @Override
    public void forget(Xid xid) throws XAException {
        resource.forget(xid);
    }

    @Override
    public Xid[] recover(int flag) throws XAException {
        return resource.recover(flag);
    }

    @Override
    public int getTransactionTimeout() throws XAException {
        return resource.getTransactionTimeout();
    }

    @Override
    public boolean setTransactionTimeout(int seconds) throws XAException {
        return resource.setTransactionTimeout(seconds);
    }

    @Override
    public String toString() {
        return "branch of " + resource;
    }
}
