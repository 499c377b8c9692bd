package io.assent.coordinator.reconciliation;

import io.assent.coordinator.protocol.Branch;
import io.assent.coordinator.protocol.TransactionRecord;
import io.assent.coordinator.reconciliation.Finding.Kind;
import io.assent.coordinator.reconciliation.Finding.Proposal;
import io.assent.coordinator.reconciliation.Finding.Shown;
import io.assent.protocol.BranchId;
import io.assent.protocol.BranchRef;
import io.assent.protocol.BranchState;
import io.assent.protocol.Decision;
import io.assent.protocol.TransactionId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What it means that participants show these branches of a transaction and the log shows that.
 *
 * <pre>
 * the log              participants                          finding
 * decided, confirmed   in doubt, or ended as decided         none: it finishes by itself
 * decided, confirmed   ended the other way                   CONTRADICTION
 * decided, not conf.   anything                              none: a recovery pass makes sure of it first (R4)
 * not held             anything                              none: it is decided as ever
 * held                 COMMITTED, and no ROLLED_BACK         WAS_COMMITTED: COMMIT
 * held                 ROLLED_BACK, and no COMMITTED         WAS_ROLLED_BACK: ROLLBACK
 * held                 both                                  CONTRADICTION
 * held                 all PREPARED                          IN_DOUBT: ROLLBACK, unless the initiator knows better
 * </pre>
 *
 * <p>A COMMIT ends those branches only that it names (R5). So it is proposed with all that are in doubt, and never while one
 * branch has several executions, of which one at most was voted for.
 *
 * <p>What committed without a decision, because one branch alone had written, leaves no marker and is not seen here.
 */
final class Findings {

    private Findings() {}

    /**
     * @param record what the log shows, or null
     * @param held whether the transaction is held, unless the log shows it as decided
     * @param seen what participants show; not empty
     * @param complete whether every participant has answered
     */
    static Optional<Finding> of(
            TransactionId id,
            @Nullable TransactionRecord record,
            boolean held,
            List<SeenBranch> seen,
            boolean complete) {
        if (record != null && record.decision() != null) {
            return decided(id, record, record.decision(), seen);
        }
        return held ? Optional.of(held(id, record, seen, complete)) : Optional.empty();
    }

    private static Optional<Finding> decided(
            TransactionId id, TransactionRecord record, Decision decision, List<SeenBranch> seen) {
        if (!record.confirmed() || record.resolution() != null) {
            return Optional.empty();
        }
        String wrong = decision == Decision.COMMIT ? notCommitted(record, seen) : committed(seen);
        if (wrong == null) {
            return Optional.empty();
        }
        return Optional.of(new Finding(
                id,
                decision == Decision.COMMIT ? Shown.COMMIT : Shown.ROLLBACK,
                Kind.CONTRADICTION,
                "The log shows " + decision + ", and " + wrong + ". Repair the data by hand.",
                null,
                false,
                seen));
    }

    private static @Nullable String notCommitted(TransactionRecord record, List<SeenBranch> seen) {
        for (SeenBranch branch : seen) {
            List<Branch> members = record.branches().stream()
                    .filter(known -> known.member()
                            && known.id().equals(branch.branch())
                            && known.participant().equals(branch.participant()))
                    .toList();
            boolean same = members.stream().anyMatch(member -> Objects.equals(member.ref(), branch.ref()));
            if (branch.state() == BranchState.ROLLED_BACK && !members.isEmpty()) {
                return named(branch) + " is rolled back";
            }
            if (branch.state() == BranchState.COMMITTED && !same) {
                return named(branch) + " has committed an execution that is not in its set";
            }
        }
        return null;
    }

    private static @Nullable String committed(List<SeenBranch> seen) {
        return seen.stream()
                .filter(branch -> branch.state() == BranchState.COMMITTED)
                .findFirst()
                .map(branch -> named(branch) + " is committed")
                .orElse(null);
    }

    private static Finding held(
            TransactionId id, @Nullable TransactionRecord record, List<SeenBranch> seen, boolean complete) {
        Shown shown = record == null ? Shown.ABSENT : Shown.UNDECIDED;
        SeenBranch committed = first(seen, BranchState.COMMITTED);
        SeenBranch rolledBack = first(seen, BranchState.ROLLED_BACK);
        if (committed != null && rolledBack != null) {
            return contradiction(
                    id,
                    shown,
                    seen,
                    named(committed) + " is committed and " + named(rolledBack)
                            + " is rolled back. Repair the data by hand, then decide what most branches show.");
        }
        if (committed != null) {
            BranchId ambiguous = severalExecutions(record, seen);
            return ambiguous != null
                    ? contradiction(
                            id,
                            shown,
                            seen,
                            named(committed) + " is committed, and branch " + ambiguous
                                    + " has several executions. Find out which one voted, then decide COMMIT with it.")
                    : new Finding(
                            id,
                            shown,
                            Kind.WAS_COMMITTED,
                            named(committed) + " is committed" + missing(complete),
                            new Proposal(Decision.COMMIT, seen),
                            complete,
                            seen);
        }
        Proposal rollback = new Proposal(
                Decision.ROLLBACK,
                seen.stream().filter(branch -> branch.ref() != null).toList());
        return rolledBack != null
                ? new Finding(
                        id,
                        shown,
                        Kind.WAS_ROLLED_BACK,
                        named(rolledBack) + " is rolled back, and none is committed" + missing(complete),
                        rollback,
                        complete,
                        seen)
                : new Finding(
                        id,
                        shown,
                        Kind.IN_DOUBT,
                        "Every branch is in doubt. Ask the initiator: unless it was told that it is committed, ROLLBACK"
                                + missing(complete),
                        rollback,
                        false,
                        seen);
    }

    private static Finding contradiction(TransactionId id, Shown shown, List<SeenBranch> seen, String detail) {
        return new Finding(id, shown, Kind.CONTRADICTION, detail, null, false, seen);
    }

    private static String missing(boolean complete) {
        return complete ? "." : ". Not every participant has answered: what it shows may change this.";
    }

    private static @Nullable SeenBranch first(List<SeenBranch> seen, BranchState state) {
        return seen.stream()
                .filter(branch -> branch.state() == state)
                .findFirst()
                .orElse(null);
    }

    private static @Nullable BranchId severalExecutions(@Nullable TransactionRecord record, List<SeenBranch> seen) {
        Map<BranchId, BranchRef> known = new HashMap<>();
        for (Branch enlisted : record == null ? List.<Branch>of() : record.branches()) {
            if (enlisted.ref() != null) {
                known.put(enlisted.id(), enlisted.ref());
            }
        }
        for (SeenBranch branch : seen) {
            BranchRef other = branch.ref() == null ? null : known.putIfAbsent(branch.branch(), branch.ref());
            if (other != null && !other.equals(branch.ref())) {
                return branch.branch();
            }
        }
        return null;
    }

    private static String named(SeenBranch branch) {
        return "branch " + branch.branch() + " at " + branch.participant();
    }
}
