package io.assent.chaos.checker;

import static io.assent.chaos.checker.Invariant.I11;
import static io.assent.chaos.checker.Invariant.I14;
import static io.assent.chaos.checker.Invariant.I9;

import java.time.Instant;

/** What left the processes, where somebody has listened. */
final class TraceRules implements Rule {

    @Override
    public void check(Evidence evidence, Findings findings) {
        for (TracedMessage message : evidence.history().trace()) {
            if (!evidence.history().run().allowedHosts().contains(message.host())) {
                findings.add(I14, message.from(), "sent a message to a host that is not allowed: " + message);
            }
            if (message.transaction() != null && message.decision() != null) {
                order(evidence, findings, message, message.transaction(), message.decision());
            }
        }
    }

    private static void order(
            Evidence evidence, Findings findings, TracedMessage message, String transaction, String decision) {
        LogRow row = evidence.log().get(transaction);
        Instant decided = row == null ? null : row.decidedAt();
        if (row == null || decided == null) {
            findings.add(I9, transaction, "was ordered without a decision: " + message);
        } else if (!decision.equals(row.verdict())) {
            findings.add(I11, transaction, "was ordered against its decision, " + row.verdict() + ": " + message);
        } else if (message.at() < decided.toEpochMilli()) {
            findings.add(I9, transaction, "was ordered before its decision of " + decided + ": " + message);
        }
    }
}
