package io.assent.participant.protocol;

import io.assent.protocol.BranchId;
import io.assent.protocol.BranchRef;
import io.assent.protocol.ParticipantName;
import io.assent.protocol.TransactionId;
import java.time.Instant;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The refs that this participant makes:
 * {@code assent:<participant>:<transaction>:<branch>:<nonce>:<deadline>}. A prepared transaction has no other place for
 * the deadline, its marker row being invisible, and without it a branch whose initiator died would stay in doubt until
 * the longest lifetime instead of its deadline. The deadline is in milliseconds since 1970, to the base of 36.
 *
 * @param transaction the transaction
 * @param branch the branch
 * @param deadline the transaction's deadline, or null in a ref of another form
 * @param ref the whole
 */
public record ExecutionRef(
        TransactionId transaction,
        BranchId branch,
        @Nullable Instant deadline,
        BranchRef ref) {

    /** A new execution. */
    public static BranchRef create(
            ParticipantName participant,
            TransactionId transaction,
            BranchId branch,
            Instant deadline,
            RandomGenerator random) {
        return new BranchRef(BranchRef.create(participant, transaction, branch, random) + ":"
                + Long.toString(deadline.toEpochMilli(), 36));
    }

    /** Reads the name of a prepared transaction; empty if it is not one of this participant's. */
    public static Optional<ExecutionRef> parse(ParticipantName participant, String name) {
        String prefix = BranchRef.prefix(participant);
        if (!name.startsWith(prefix)) {
            return Optional.empty();
        }
        String[] parts = name.substring(prefix.length()).split(":", -1);
        if (parts.length < 3) {
            return Optional.empty();
        }
        try {
            return Optional.of(new ExecutionRef(
                    TransactionId.parse(parts[0]),
                    new BranchId(parts[1]),
                    parts.length > 3 ? Instant.ofEpochMilli(Long.parseLong(parts[3], 36)) : null,
                    new BranchRef(name)));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
