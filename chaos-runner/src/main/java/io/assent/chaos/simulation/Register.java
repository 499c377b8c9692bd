package io.assent.chaos.simulation;

import io.assent.coordinator.engine.DecisionLog;
import io.assent.coordinator.protocol.Branch;
import io.assent.coordinator.protocol.Branches;
import io.assent.coordinator.protocol.Execution;
import io.assent.coordinator.protocol.ExpectedBranch;
import io.assent.coordinator.protocol.Outcomes;
import io.assent.coordinator.protocol.TransactionRecord;
import io.assent.protocol.Decision;
import io.assent.protocol.TransactionId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The decision log for one transaction of the collected flow, without faults: what each call does, at once. */
final class Register {

    private final Checker checker;
    private @Nullable TransactionRecord row;

    Register(Checker checker) {
        this.checker = checker;
    }

    @Nullable
    TransactionRecord row() {
        return row;
    }

    DecisionLog.Reply decide(DecisionLog.Proposal proposal, Instant now) {
        boolean won = row == null;
        if (won) {
            boolean late = proposal.decision() == Decision.COMMIT
                    && proposal.deadline() != null
                    && !now.isBefore(proposal.deadline());
            DecisionLog.Proposal written = !late
                    ? proposal
                    : new DecisionLog.Proposal(
                            proposal.nonce(),
                            proposal.id(),
                            Decision.ROLLBACK,
                            proposal.name(),
                            proposal.deadline(),
                            proposal.branches(),
                            "late",
                            proposal.nextAttemptIn(),
                            proposal.owner());
            TransactionRecord decided =
                    Objects.requireNonNull(Claims.decided(written, now).record());
            row = decided;
            checker.stands(decided);
        }
        return new DecisionLog.Reply(DecisionLog.Status.OK, row, won, null);
    }

    DecisionLog.Reply record(DecisionLog.Progress progress, Instant now) {
        TransactionRecord before = Objects.requireNonNull(row);
        Map<Execution, DecisionLog.BranchProgress> news = new HashMap<>();
        progress.branches().forEach(b -> news.put(new Execution(b.id(), b.ref()), b));
        List<Branch> branches = new ArrayList<>();
        for (Branch b : before.branches()) {
            DecisionLog.BranchProgress p = news.get(Execution.of(b));
            branches.add(
                    p == null || b.acknowledged()
                            ? b
                            : b.withFact(p.state() == null ? b.state() : p.state(), p.acknowledged(), p.lastError()));
        }
        boolean open = branches.stream().anyMatch(b -> Branches.outstanding(b, branches));
        boolean complete = before.completedAt() != null || (progress.complete() && !open);
        row = with(before, branches, complete ? now : null, true);
        if (complete && before.completedAt() == null) {
            checker.forgotten(row);
        }
        return new DecisionLog.Reply(DecisionLog.Status.OK, row, true, null);
    }

    DecisionLog.Reply adopt(List<Branch> adopted) {
        TransactionRecord before = row;
        if (before == null) {
            return new DecisionLog.Reply(DecisionLog.Status.ABSENT, null, false, null);
        }
        Map<Execution, Branch> merged = new LinkedHashMap<>();
        before.branches().forEach(branch -> merged.put(Execution.of(branch), branch));
        adopted.forEach(branch -> merged.putIfAbsent(Execution.of(branch), branch));
        boolean grown = merged.size() > before.branches().size();
        row = with(before, List.copyOf(merged.values()), grown ? null : before.completedAt(), before.confirmed());
        return new DecisionLog.Reply(DecisionLog.Status.OK, row, grown, null);
    }

    DecisionLog.Reading find(Instant now) {
        TransactionRecord there = row;
        return new DecisionLog.Reading(
                DecisionLog.Status.OK,
                there == null ? Map.of() : Map.of(there.id(), there),
                java.util.Set.of(),
                now,
                now.minus(Duration.ofDays(1)));
    }

    /** As if the lease of whoever works on it had run out. */
    List<TransactionRecord> claim() {
        return row == null || row.completedAt() != null ? List.of() : List.of(row);
    }

    /** What distinguishes one state of it from another. */
    String state() {
        TransactionRecord there = row;
        if (there == null) {
            return "-";
        }
        StringBuilder state = new StringBuilder(String.valueOf(there.decision()))
                .append(there.confirmed())
                .append(there.completedAt() != null);
        there.branches()
                .forEach(b -> state.append(b.id())
                        .append(b.ref() == null)
                        .append(b.member())
                        .append(b.state())
                        .append(b.acknowledged()));
        return state.toString();
    }

    private static TransactionRecord with(
            TransactionRecord r, List<Branch> branches, @Nullable Instant completedAt, boolean confirmed) {
        return new TransactionRecord(
                r.id(),
                r.name(),
                r.begun(),
                r.createdAt(),
                r.deadline(),
                r.closedAt(),
                r.expected(),
                r.decision(),
                confirmed,
                r.decidedAt(),
                r.reason(),
                branches,
                r.asked(),
                Outcomes.of(Objects.requireNonNull(r.decision()), branches, completedAt != null),
                completedAt,
                r.attempts(),
                r.nextAttemptAt(),
                r.changedAt(),
                r.resolution(),
                r.owner());
    }

    /** Calls that this flow never makes. */
    static UnsupportedOperationException notHere(@Nullable TransactionId id, @Nullable List<ExpectedBranch> expected) {
        return new UnsupportedOperationException("not in the collected flow: " + id + " " + expected);
    }
}
