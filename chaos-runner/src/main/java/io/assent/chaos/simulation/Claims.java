package io.assent.chaos.simulation;

import io.assent.coordinator.engine.DecisionLog.Proposal;
import io.assent.coordinator.engine.DecisionLog.Reply;
import io.assent.coordinator.engine.DecisionLog.Status;
import io.assent.coordinator.protocol.Branch;
import io.assent.coordinator.protocol.TransactionRecord;
import io.assent.protocol.Decision;
import io.assent.protocol.Vote;
import java.time.Instant;
import java.util.List;

/** What a log says that claims more than it knows. For wrong twins only. */
final class Claims {

    private Claims() {}

    /** The proposal stands. */
    static Reply decided(Proposal p, Instant now) {
        List<Branch> branches = p.branches().stream()
                .map(b -> new Branch(
                        b.id(),
                        b.participant(),
                        b.url(),
                        b.ref(),
                        b.vote(),
                        p.decision() == Decision.COMMIT && b.vote() == Vote.PREPARED,
                        null,
                        b.acknowledged(),
                        0,
                        null,
                        now,
                        null))
                .toList();
        TransactionRecord record = new TransactionRecord(
                p.id(),
                p.name(),
                false,
                now,
                p.deadline(),
                null,
                null,
                p.decision(),
                false,
                now,
                p.reason(),
                branches,
                0,
                null,
                null,
                0,
                null,
                now,
                null,
                p.owner());
        return new Reply(Status.OK, record, true, null);
    }

    /** A clean write returned this. */
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
                r.decision() != null,
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
}
