package io.assent.chaos.checker;

import static io.assent.chaos.checker.Invariant.I15;
import static io.assent.chaos.checker.Invariant.I2;
import static io.assent.chaos.checker.Invariant.I4;
import static io.assent.chaos.checker.Invariant.I6;
import static io.assent.chaos.checker.Invariant.I7;

import io.assent.chaos.checker.Invocation.Operation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What clients were told against what happened. */
final class AnswerRules implements Rule {

    /** Of the protocol (§5), and what a bank adds. */
    private static final Set<String> REGISTERED = Set.of(
            "malformed-request",
            "invalid-value",
            "unknown-field",
            "duplicate-member",
            "payload-too-large",
            "unsupported-media-type",
            "not-acceptable",
            "method-not-allowed",
            "not-found",
            "transaction-not-found",
            "transaction-too-old",
            "transaction-closed",
            "transaction-conflict",
            "branch-conflict",
            "branch-limit",
            "branch-set-conflict",
            "participant-not-allowed",
            "transaction-rolled-back",
            "decision-final",
            "outcome-unknown",
            "decision-log-unavailable",
            "overloaded",
            "rate-limited",
            "unauthorized",
            "forbidden",
            "internal-error",
            "misdirected",
            "insufficient-funds",
            "account-not-found",
            "account-busy",
            "refused",
            "entry-exists",
            "transfer-conflict",
            "transfer-not-found",
            "peer-unavailable",
            "database-unavailable");

    /** A vote against the commit, given for a reason that lies in the accounts. */
    private static final Set<String> REFUSALS = Set.of("insufficient-funds", "refused", "account-busy", "entry-exists");

    @Override
    public void check(Evidence evidence, Findings findings) {
        Map<String, Set<Told>> byTransaction = new HashMap<>();
        Map<String, List<Reply>> byTransfer = new HashMap<>();
        Set<String> answered = new HashSet<>();
        // Who restarts in good order breaks nothing.
        boolean faultless = evidence.history().faults().stream()
                .allMatch(fault -> fault.kind().equals(Fault.RESTART));
        for (Reply reply : evidence.history().replies()) {
            Invocation invocation = evidence.requests().get(reply.request());
            answered.add(reply.request());
            registered(findings, reply);
            if (reply.transaction() != null) {
                claim(evidence, findings, reply, reply.transaction());
                byTransaction
                        .computeIfAbsent(reply.transaction(), transaction -> new HashSet<>())
                        .add(reply.told());
            }
            if (reply.sums() != null
                    && reply.sums().balances()
                            != reply.sums().openings() + reply.sums().entries()) {
                findings.add(I7, reply.sums().bank(), "showed balances that its entries do not explain: " + reply);
            }
            if (invocation == null
                    || invocation.transfer() == null
                    || !invocation.operation().decides()) {
                continue;
            }
            if (reply.told() == Told.NOTHING) {
                continue;
            }
            byTransfer
                    .computeIfAbsent(invocation.transfer(), transfer -> new ArrayList<>())
                    .add(reply);
            if (faultless) {
                mustCommit(findings, invocation, reply);
            }
        }
        byTransaction.forEach((transaction, told) -> {
            if (told.contains(Told.COMMITTED) && told.contains(Told.ROLLED_BACK)) {
                findings.add(I2, transaction, "was told to be committed and to be rolled back");
            }
        });
        converged(evidence, findings, byTransfer, answered);
    }

    private static void registered(Findings findings, Reply reply) {
        if (reply.status() >= 400 && (reply.problem() == null || !REGISTERED.contains(reply.problem()))) {
            findings.add(I15, reply.request(), "was answered with an error that nobody knows: " + reply);
        }
    }

    private static void claim(Evidence evidence, Findings findings, Reply reply, String transaction) {
        boolean booked = evidence.byTransaction().containsKey(transaction);
        LogRow row = evidence.log().get(transaction);
        String verdict = row == null ? null : row.verdict();
        if (reply.told() == Told.COMMITTED && (!booked || "ROLLBACK".equals(verdict))) {
            findings.add(
                    I6,
                    transaction,
                    "was told to be committed, but nothing is booked or the decision is " + verdict + ": " + reply);
        }
        if (reply.told() == Told.ROLLED_BACK && (booked || "COMMIT".equals(verdict))) {
            findings.add(
                    I6,
                    transaction,
                    "was told to be rolled back, but it is booked or the decision is " + verdict + ": " + reply);
        }
    }

    private static void mustCommit(Findings findings, Invocation invocation, Reply reply) {
        if (invocation.operation().decides()
                && invocation.operation() != Operation.ROLLBACK
                && !invocation.poisoned()
                && reply.told() != Told.COMMITTED
                && !REFUSALS.contains(String.valueOf(reply.problem()))) {
            findings.add(
                    I4, String.valueOf(reply.transaction()), "did not commit although nothing was broken: " + reply);
        }
    }

    /** Every transfer of which a client was left in the dark must have become certain to it. */
    private static void converged(
            Evidence evidence, Findings findings, Map<String, List<Reply>> byTransfer, Set<String> answered) {
        Map<String, Settlement> settled = new HashMap<>();
        evidence.history().settlements().forEach(settlement -> settled.put(settlement.transfer(), settlement));
        Set<String> dark = new HashSet<>();
        for (Invocation invocation : evidence.history().invocations()) {
            if (invocation.operation().decides()
                    && invocation.transfer() != null
                    && !answered.contains(invocation.request())) {
                dark.add(invocation.transfer());
            }
        }
        byTransfer.forEach((transfer, replies) -> {
            if (replies.stream().anyMatch(reply -> reply.told() == Told.UNKNOWN)) {
                dark.add(transfer);
            } else if (!replies.isEmpty()
                    && !dark.contains(transfer)
                    && replies.stream().allMatch(reply -> reply.told() == Told.ROLLED_BACK)
                    && evidence.byTransfer().containsKey(transfer)) {
                findings.add(
                        I6,
                        transfer,
                        "was told to be rolled back in every answer, but is booked: "
                                + evidence.byTransfer().get(transfer));
            }
        });
        for (String transfer : dark) {
            Settlement settlement = settled.get(transfer);
            if (settlement == null) {
                findings.add(I6, transfer, "never became certain: " + byTransfer.get(transfer));
            } else if (settlement.told() == Told.COMMITTED
                    && !evidence.byTransfer().containsKey(transfer)) {
                findings.add(I6, transfer, "was settled as committed, but nothing is booked: " + settlement);
            }
        }
    }
}
