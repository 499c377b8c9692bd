package io.assent.coordinator.engine;

import io.assent.coordinator.protocol.Branch;
import io.assent.coordinator.protocol.GlobalTransaction;
import io.assent.coordinator.protocol.TransactionPhase;
import io.assent.coordinator.protocol.TransactionRecord;
import io.assent.protocol.Decision;
import io.assent.protocol.Outcome;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What may be shown of a record. */
final class Records {

    private Records() {}

    /**
     * A record that was read: a decision that no clean write has returned is taken out of it (R4). What is left looks like
     * one that is being prepared, which is true: whether it is decided is not known.
     */
    static TransactionRecord shown(TransactionRecord r) {
        if (r.decision() == null || r.confirmed()) {
            return r;
        }
        List<Branch> branches = r.branches().stream()
                .map(b -> new Branch(
                        b.id(),
                        b.participant(),
                        b.url(),
                        b.ref(),
                        b.vote(),
                        false,
                        null,
                        false,
                        0,
                        null,
                        b.enlistedAt(),
                        null))
                .toList();
        return new TransactionRecord(
                r.id(),
                r.name(),
                r.begun(),
                r.createdAt(),
                r.deadline(),
                r.closedAt() == null ? r.decidedAt() : r.closedAt(),
                r.expected(),
                null,
                false,
                null,
                null,
                branches,
                r.asked(),
                null,
                null,
                r.attempts(),
                null,
                r.changedAt(),
                null,
                r.owner());
    }

    /** A record that a clean write has returned just now: its decision may be told and acted on (R4). */
    static TransactionRecord confirmed(TransactionRecord r) {
        return new TransactionRecord(
                r.id(),
                r.name(),
                r.begun(),
                r.createdAt(),
                r.deadline(),
                r.closedAt(),
                r.expected(),
                r.decision(),
                true,
                r.decidedAt(),
                r.reason(),
                r.branches(),
                r.asked(),
                r.outcome(),
                r.completedAt(),
                r.attempts(),
                r.nextAttemptAt(),
                r.changedAt(),
                r.resolution(),
                r.owner());
    }

    /** A record whose decision this instance holds from a clean write, with what it has heard since. */
    static TransactionRecord current(TransactionRecord r, GlobalTransaction now, Instant at) {
        boolean complete = now.phase() == TransactionPhase.COMPLETED;
        Decision decision = Objects.requireNonNull(now.decision(), "a decision stands");
        Outcome outcome = now.outcome();
        @Nullable Instant completedAt = !complete ? null : r.completedAt() == null ? at : r.completedAt();
        return new TransactionRecord(
                r.id(),
                r.name(),
                r.begun(),
                r.createdAt(),
                r.deadline(),
                r.closedAt(),
                r.expected(),
                decision,
                true,
                r.decidedAt(),
                r.reason(),
                now.branches(),
                r.asked(),
                outcome,
                completedAt,
                r.attempts(),
                complete ? null : r.nextAttemptAt(),
                complete && r.completedAt() == null ? at : r.changedAt(),
                r.resolution(),
                r.owner());
    }
}
