package io.assent.coordinator.protocol;

import io.assent.protocol.BranchState;
import io.assent.protocol.Decision;
import io.assent.protocol.Outcome;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Derives what happened from the decision and the facts (R7). Participants report facts; only here are they judged. */
public final class Outcomes {

    private Outcomes() {}

    /**
     * What is known to have happened.
     *
     * <pre>
     * decision  a branch ended against its order   and some ended as the others did not   outcome
     * COMMIT    no                                  -                                      COMMITTED, once complete
     * COMMIT    a member rolled back                no member committed                    HEURISTIC_ROLLBACK
     * COMMIT    a member rolled back                a member committed                     HEURISTIC_MIXED
     * COMMIT    one outside the set committed       -                                      HEURISTIC_MIXED
     * ROLLBACK  no                                  -                                      ROLLED_BACK, once complete
     * ROLLBACK  one committed                       none rolled back                       HEURISTIC_COMMIT
     * ROLLBACK  one committed                       one rolled back                        HEURISTIC_MIXED
     * </pre>
     *
     * @return null while it is open and nothing heuristic is known
     */
    public static @Nullable Outcome of(Decision decision, List<Branch> branches, boolean complete) {
        boolean committed = false;
        boolean rolledBack = false;
        boolean heuristic = false;
        for (Branch branch : branches) {
            heuristic |= Branches.heuristic(branch, decision);
            if (branch.state() == BranchState.COMMITTED) {
                committed = true;
            } else if (ended(branch) && (branch.member() || decision == Decision.ROLLBACK)) {
                rolledBack = true;
            }
        }
        if (!heuristic) {
            return complete ? (decision == Decision.COMMIT ? Outcome.COMMITTED : Outcome.ROLLED_BACK) : null;
        }
        if (decision == Decision.COMMIT) {
            return committed ? Outcome.HEURISTIC_MIXED : Outcome.HEURISTIC_ROLLBACK;
        }
        return rolledBack ? Outcome.HEURISTIC_MIXED : Outcome.HEURISTIC_COMMIT;
    }

    private static boolean ended(Branch branch) {
        return branch.state() == BranchState.ROLLED_BACK || branch.state() == BranchState.NEVER_SEEN;
    }
}
