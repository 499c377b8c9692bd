package io.assent.participant.engine;

import io.assent.participant.protocol.BranchFacts;
import io.assent.participant.protocol.BranchPage;
import io.assent.participant.protocol.PreparedBranch;
import io.assent.protocol.BranchId;
import io.assent.protocol.BranchRef;
import io.assent.protocol.TransactionId;
import io.assent.protocol.TransactionRange;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where branches are prepared and ended. Every method may be called by several threads and by several replicas at once.
 * What cannot be known is {@link BranchResourceException} or {@link End#UNKNOWN}, never a guess (R8).
 */
public interface BranchResource {

    /** What an order to end a prepared branch met. */
    enum End {
        /** Done, durably. */
        DONE,
        /** No such prepared branch. Proves nothing: look (R7). */
        NOT_THERE,
        /** Somebody else is ending it at this moment. */
        BUSY,
        /** The reply was lost or is not understood: look, then ask again. */
        UNKNOWN
    }

    /** What writing a tombstone met. */
    enum Tombstone {
        /** Durable now: no execution of this branch can be prepared any more. */
        WRITTEN,
        /** There is a marker already: look. */
        EXISTS,
        /** An execution holds the key and is neither in doubt nor over, as far as could be seen in time. */
        LOCKED
    }

    /** This participant's branches in doubt, the oldest first, at most {@code limit}. */
    List<PreparedBranch> prepared(int limit);

    /**
     * What is in doubt and what has ended, by transaction and branch. What has ended is known for as long as markers are
     * kept; a branch that commits or rolls back meanwhile is not missed.
     *
     * @param limit at least 1; a transaction's branches are never parted, so there may be a few more
     */
    BranchPage list(TransactionRange range, int limit);

    /** How many are in doubt, and how old the oldest is. */
    InDoubt inDoubt();

    /** What is known of one branch, read in one statement. */
    BranchFacts look(TransactionId transaction, BranchId branch);

    End commitPrepared(BranchRef ref);

    End rollbackPrepared(BranchRef ref);

    /** Stops every later execution of the branch (R6). Durable when it returns WRITTEN. */
    Tombstone writeTombstone(TransactionId transaction, BranchId branch, @Nullable BranchRef ref);

    /**
     * Returns when everything that was looked at before is as durable as a commit is here: where the database waits for a
     * standby, replicated. A row or a prepared transaction that is merely visible may be gone after a failover (L5), so a
     * vote or an acknowledgement that rests on a look has to wait for this.
     *
     * @throws BranchResourceException if that is not known
     */
    void barrier();

    /** Deletes at most {@code limit} markers older than {@code age}; returns how many. */
    int forget(Duration age, int limit);

    /**
     * Branches in doubt.
     *
     * @param count how many
     * @param oldest the age of the oldest; zero if there is none
     */
    record InDoubt(int count, Duration oldest) {}
}
