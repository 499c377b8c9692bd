package io.assent.coordinator.protocol;

import io.assent.protocol.Decision;
import io.assent.protocol.Outcome;
import io.assent.protocol.TransactionId;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A transaction as the decision log holds it. Reading one allows nobody to act on its decision or to tell it, unless it
 * is {@code confirmed} (R4). All instants are database time.
 *
 * @param id the transaction
 * @param name a label for people
 * @param begun whether it was begun at the coordinator (enlisted flow); a collected one is first heard of when decided
 * @param createdAt when the row was written
 * @param deadline the deadline, if any is known
 * @param closedAt when the commit request closed it for enlisting; null if still open
 * @param expected what the commit request expected; null if nothing in particular or no commit request yet
 * @param decision the one decision; null if undecided
 * @param confirmed whether the decision was once returned by a clean, synchronously replicated write (R4)
 * @param decidedAt when it was decided
 * @param reason why it rolled back
 * @param branches every execution known, the commit set being those with {@link Branch#member()}
 * @param asked how often a decision was asked for after the first
 * @param outcome what happened; set when complete, and before when a branch has ended heuristically
 * @param completedAt when the last branch ended; null while orders are outstanding
 * @param attempts how many recovery attempts were made
 * @param nextAttemptAt when any instance may try again; null when nothing is to be done
 * @param changedAt when the state last changed
 * @param resolution the reason a person gave for closing it
 * @param owner whose it is, and nobody else's but operators'; null: everybody's
 */
public record TransactionRecord(
        TransactionId id,
        @Nullable String name,
        boolean begun,
        Instant createdAt,
        @Nullable Instant deadline,
        @Nullable Instant closedAt,
        @Nullable List<ExpectedBranch> expected,
        @Nullable Decision decision,
        boolean confirmed,
        @Nullable Instant decidedAt,
        @Nullable String reason,
        List<Branch> branches,
        int asked,
        @Nullable Outcome outcome,
        @Nullable Instant completedAt,
        int attempts,
        @Nullable Instant nextAttemptAt,
        Instant changedAt,
        @Nullable String resolution,
        @Nullable String owner) {

    public TransactionRecord {
        branches = List.copyOf(branches);
        expected = expected == null ? null : List.copyOf(expected);
    }

    /**
     * Whether a caller may see and decide it.
     *
     * @param caller by name; null: one that may see and decide all
     */
    public boolean belongsTo(@Nullable String caller) {
        return owner == null || caller == null || owner.equals(caller);
    }
}
