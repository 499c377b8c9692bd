package io.assent.coordinator.web;

import io.assent.coordinator.protocol.Branch;
import io.assent.coordinator.protocol.TransactionRecord;
import io.assent.protocol.BranchId;
import io.assent.protocol.BranchRef;
import io.assent.protocol.BranchState;
import io.assent.protocol.Decision;
import io.assent.protocol.Outcome;
import io.assent.protocol.ParticipantName;
import io.assent.protocol.TransactionId;
import io.assent.protocol.Vote;
import java.time.Instant;
import java.util.List;
import java.util.Random;

/** Transactions to show. */
final class Records {

    static final Instant NOW = Instant.parse("2026-01-31T12:00:00Z");
    static final TransactionId ID = TransactionId.create(NOW, new Random(1));
    static final BranchRef REF = new BranchRef("assent:payment-service:x:1:abc");

    private Records() {}

    static TransactionRecord active() {
        return record(null, false, null, null, null);
    }

    static TransactionRecord decided(Decision decision, boolean confirmed) {
        return record(decision, confirmed, null, null, decision == Decision.ROLLBACK ? "no money" : null);
    }

    static TransactionRecord complete(Decision decision) {
        return record(
                decision,
                true,
                decision == Decision.COMMIT ? Outcome.COMMITTED : Outcome.ROLLED_BACK,
                NOW.plusSeconds(4),
                decision == Decision.ROLLBACK ? "no money" : null);
    }

    static TransactionRecord heuristic() {
        return record(Decision.COMMIT, true, Outcome.HEURISTIC_ROLLBACK, null, null);
    }

    private static TransactionRecord record(
            Decision decision, boolean confirmed, Outcome outcome, Instant completedAt, String reason) {
        Branch branch = new Branch(
                new BranchId("1"),
                new ParticipantName("payment-service"),
                "http://localhost:8082/assent/v1",
                REF,
                Vote.PREPARED,
                decision == Decision.COMMIT,
                completedAt == null ? null : BranchState.COMMITTED,
                completedAt != null,
                1,
                null,
                NOW.plusSeconds(1),
                completedAt == null ? null : NOW.plusSeconds(4));
        return new TransactionRecord(
                ID,
                "checkout",
                true,
                NOW,
                NOW.plusSeconds(30),
                decision == null ? null : NOW.plusSeconds(2),
                null,
                decision,
                confirmed,
                decision == null ? null : NOW.plusSeconds(3),
                reason,
                List.of(branch),
                0,
                outcome,
                completedAt,
                0,
                decision == null || completedAt != null ? null : NOW.plusSeconds(10),
                NOW,
                null,
                null);
    }
}
