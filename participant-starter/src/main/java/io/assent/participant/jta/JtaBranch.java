package io.assent.participant.jta;

import io.assent.participant.engine.BranchResource;
import io.assent.participant.engine.BranchResourceException;
import io.assent.participant.engine.GlobalTransactionContext;
import io.assent.participant.postgres.BranchPreparer;
import io.assent.participant.postgres.OtherResources;
import io.assent.participant.protocol.BranchPhase;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import javax.transaction.xa.XAException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A branch whose local transaction Narayana runs: phase one, in this order whatever Narayana's is. All resources end their
 * work; the marker row is the main database's last statement; the other resources are prepared, and then the main database. So
 * the main database alone tells the state of the branch, as on the direct path:
 *
 * <ul>
 *   <li>Not prepared there: nobody has voted. Crash before this point: what is prepared elsewhere is found by the sweep, and
 *       the coordinator, which has no vote, answers ROLLBACK.
 *   <li>Prepared there: all of it is prepared. The vote is yes, also when another replica is asked.
 *   <li>The marker is visible: all of it has committed, since the main database is ended last.
 * </ul>
 *
 * Used by the branch's thread only.
 */
final class JtaBranch {

    private static final Logger log = LoggerFactory.getLogger(JtaBranch.class);

    private final GlobalTransactionContext context;
    private final BranchPreparer preparer;
    private final BranchResource resource;
    private final SecondaryResources secondaries;
    private final Runnable onlyKnownResources;
    private final List<BranchXaResource> enlisted = new ArrayList<>();
    private final List<BranchPart> others = new ArrayList<>();
    private @Nullable DatabasePart main;
    private boolean over;

    /** @param onlyKnownResources throws if the transaction holds a resource that would commit right after phase one */
    JtaBranch(
            GlobalTransactionContext context,
            BranchPreparer preparer,
            BranchResource resource,
            SecondaryResources secondaries,
            Runnable onlyKnownResources) {
        this.context = context;
        this.preparer = preparer;
        this.resource = resource;
        this.secondaries = secondaries;
        this.onlyKnownResources = onlyKnownResources;
    }

    GlobalTransactionContext context() {
        return context;
    }

    BranchPreparer preparer() {
        return preparer;
    }

    /** Whether it has been prepared: what becomes of it is not known. */
    boolean isInDoubt() {
        return context.own().phase() == BranchPhase.PREPARED;
    }

    /** Whether phase one is over, well or not. */
    boolean isOver() {
        return over;
    }

    void mainIs(DatabasePart part) {
        main = part;
    }

    /** @param joined whether it works for a resource that is enlisted already, as a second session of one broker does */
    void add(BranchXaResource xaResource, boolean joined) {
        enlisted.add(xaResource);
        BranchPart part = xaResource.part();
        if (!joined && part != null && part != main) {
            others.add(part);
        }
    }

    /**
     * Phase one of the whole branch, at the first call; nothing at the others.
     *
     * @throws XAException if the branch is not prepared; nothing of it will be
     */
    void prepare() throws XAException {
        if (over) {
            return;
        }
        try {
            onlyKnownResources.run();
            for (BranchXaResource xaResource : enlisted) {
                xaResource.endBeforePrepare();
            }
            if (main == null) {
                throw new IllegalStateException("the main database is not enlisted");
            }
            main.prepareLast(new Others());
        } catch (SQLException | XAException | RuntimeException e) {
            context.setRollbackOnly("the branch could not be prepared: " + e.getMessage());
            boolean unknown = context.own().phase() == BranchPhase.COMMIT_UNKNOWN;
            throw XaErrors.of(
                    unknown ? XAException.XAER_RMFAIL : XAException.XA_RBROLLBACK, String.valueOf(e.getMessage()), e);
        } finally {
            over = true;
            release();
        }
    }

    private void release() {
        List<BranchPart> parts = new ArrayList<>(others);
        if (main != null) {
            parts.add(main);
        }
        for (BranchPart part : parts) {
            try {
                part.release();
            } catch (XAException e) {
                log.warn(
                        "Transaction {}, branch {}: a connection could not be cleaned up and is dropped, XA error {}",
                        context.id(),
                        context.branch(),
                        e.errorCode);
            }
        }
    }

    /** The broker and the databases besides the main one. */
    private final class Others implements OtherResources {

        private final List<BranchPart> toPrepare = new ArrayList<>();

        @Override
        public boolean wrote() throws SQLException {
            for (BranchPart part : others) {
                if (part.wrote()) {
                    toPrepare.add(part);
                }
            }
            return !toPrepare.isEmpty();
        }

        @Override
        public void prepare() throws SQLException {
            secondaries.preparing(
                    context.ref(), toPrepare.stream().map(BranchPart::resource).collect(Collectors.toSet()));
            for (BranchPart part : toPrepare) {
                part.prepare();
            }
        }

        @Override
        public void rollBack() {
            try {
                BranchResource.End end = resource.rollbackPrepared(context.ref());
                log.debug(
                        "Transaction {}, branch {}: rolled back before its vote, {}",
                        context.id(),
                        context.branch(),
                        end);
            } catch (BranchResourceException e) {
                log.warn(
                        "Transaction {}, branch {}: votes ROLLBACK; what it had prepared will be rolled back by order or by"
                                + " the next sweep: {}",
                        context.id(),
                        context.branch(),
                        e.getMessage());
            }
        }
    }
}
