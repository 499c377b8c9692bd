package io.assent.participant;

import io.assent.protocol.BranchId;
import io.assent.protocol.BranchRef;
import io.assent.protocol.BranchState;
import io.assent.protocol.TransactionId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What the log of a {@link TwoPhaseParticipant} says of one branch. There is at most one record for a transaction and branch.
 *
 * @param transaction the transaction
 * @param branch the branch's name there
 * @param ref the execution; null only in a tombstone for an execution whose name nobody had learned
 * @param state PREPARED, COMMITTED or ROLLED_BACK, the last also for a tombstone
 * @param since when the record came into this state, by the log's clock
 */
public record BranchRecord(
        TransactionId transaction,
        BranchId branch,
        @Nullable BranchRef ref,
        BranchState state,
        Instant since) {

    public BranchRecord {
        switch (state) {
            case PREPARED, COMMITTED -> {
                if (ref == null) {
                    throw new IllegalArgumentException("a record that is " + state + " without ref");
                }
            }
            case ROLLED_BACK -> {}
            case NEVER_SEEN, BUSY ->
                throw new IllegalArgumentException(
                        state + " is said of a branch without a record, not written into one");
        }
    }
}
