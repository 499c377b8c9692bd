package io.assent.participant.protocol;

import io.assent.protocol.BranchId;
import io.assent.protocol.BranchRef;
import io.assent.protocol.BranchState;
import io.assent.protocol.TransactionId;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One branch in a list of what is in doubt and what has ended.
 *
 * @param ref the execution; null for the tombstone of a rollback order without one
 * @param state PREPARED, COMMITTED or ROLLED_BACK
 * @param age how long it has been so, by the database's clock
 */
public record ListedBranch(
        TransactionId transaction,
        BranchId branch,
        @Nullable BranchRef ref,
        BranchState state,
        Duration age) {}
