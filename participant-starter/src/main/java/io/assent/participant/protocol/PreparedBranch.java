package io.assent.participant.protocol;

import io.assent.protocol.BranchId;
import io.assent.protocol.BranchRef;
import io.assent.protocol.TransactionId;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A branch in doubt, as found in the database.
 *
 * @param transaction its transaction
 * @param branch its name there
 * @param ref the execution
 * @param deadline the transaction's deadline, or null if the ref does not tell
 * @param age since PREPARE TRANSACTION, by the database's clock
 */
public record PreparedBranch(
        TransactionId transaction,
        BranchId branch,
        BranchRef ref,
        @Nullable Instant deadline,
        Duration age) {}
