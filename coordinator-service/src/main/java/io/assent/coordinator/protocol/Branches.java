package io.assent.coordinator.protocol;

import io.assent.protocol.BranchId;
import io.assent.protocol.BranchState;
import io.assent.protocol.Decision;
import io.assent.protocol.Vote;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Questions about branches and lists of them. Pure leaves: the branching is in {@link GlobalTransaction}. */
public final class Branches {

    private Branches() {}

    /** What an execution is ordered once {@code decision} stands: COMMIT for members of the commit set only (R5). */
    public static Decision ordered(Branch branch, Decision decision) {
        return branch.member() ? decision : Decision.ROLLBACK;
    }

    /** Whether a fact ends a branch as it was ordered (R7). "Not found" ends a rollback and never a commit. */
    static boolean ends(BranchState fact, Decision ordered) {
        return switch (fact) {
            case COMMITTED -> ordered == Decision.COMMIT;
            case ROLLED_BACK, NEVER_SEEN -> ordered == Decision.ROLLBACK;
            case PREPARED, BUSY -> false;
        };
    }

    /** Whether a fact says that a branch ended, but not as it was ordered (R7). */
    static boolean contradicts(BranchState fact, Decision ordered) {
        return switch (fact) {
            case COMMITTED -> ordered == Decision.ROLLBACK;
            case ROLLED_BACK, NEVER_SEEN -> ordered == Decision.COMMIT;
            case PREPARED, BUSY -> false;
        };
    }

    /** Whether a branch ended against the decision, as far as is known. */
    public static boolean heuristic(Branch branch, Decision decision) {
        return !branch.acknowledged()
                && branch.state() != null
                && contradicts(branch.state(), ordered(branch, decision));
    }

    /**
     * Whether the end of an execution has to be ordered. READ_ONLY ones have ended. An order to roll back "whatever
     * execution there is" must not go out when one of them is in the commit set: it would hit the member (R5, R6).
     */
    public static boolean outstanding(Branch branch, List<Branch> all) {
        if (branch.acknowledged() || branch.vote() == Vote.READ_ONLY) {
            return false;
        }
        return branch.ref() != null
                || all.stream().noneMatch(other -> other.member() && other.id().equals(branch.id()));
    }

    /** The execution of that name, or null. */
    static @Nullable Branch find(List<Branch> branches, Execution execution) {
        for (Branch branch : branches) {
            if (Execution.of(branch).equals(execution)) {
                return branch;
            }
        }
        return null;
    }

    /** Those of {@code named} that are not in {@code known}, each once. */
    static List<Branch> unknown(List<Branch> named, List<Branch> known) {
        List<Branch> unknown = new ArrayList<>();
        for (Branch branch : named) {
            Execution execution = Execution.of(branch);
            if (find(known, execution) == null && find(unknown, execution) == null) {
                unknown.add(branch);
            }
        }
        return unknown;
    }

    /** {@code known} and what {@code named} adds to it. */
    static List<Branch> union(List<Branch> known, List<Branch> named) {
        List<Branch> all = new ArrayList<>(known);
        all.addAll(unknown(named, known));
        return all;
    }

    static List<Branch> replace(List<Branch> branches, Branch changed) {
        List<Branch> all = new ArrayList<>(branches);
        all.replaceAll(branch -> Execution.of(branch).equals(Execution.of(changed)) ? changed : branch);
        return all;
    }

    /** A branch of which two executions are named: at most one of them can be the work that the initiator means. */
    static @Nullable BranchId namedTwice(List<Branch> branches) {
        Set<BranchId> seen = new HashSet<>();
        for (Branch branch : branches) {
            if (!seen.add(branch.id())) {
                return branch.id();
            }
        }
        return null;
    }

    /** The commit set that a list of branches stands for: branch and ref, without READ_ONLY. */
    static Set<Execution> set(List<Branch> branches) {
        Set<Execution> set = new LinkedHashSet<>();
        for (Branch branch : branches) {
            if (branch.vote() != Vote.READ_ONLY) {
                set.add(Execution.of(branch));
            }
        }
        return set;
    }

    /** The set for which COMMIT stands. */
    static Set<Execution> members(List<Branch> branches) {
        Set<Execution> set = new LinkedHashSet<>();
        for (Branch branch : branches) {
            if (branch.member()) {
                set.add(Execution.of(branch));
            }
        }
        return set;
    }

    /** The difference between what a client expects and what is enlisted, for people; null if there is none. */
    static @Nullable String difference(@Nullable List<ExpectedBranch> expected, List<Branch> enlisted) {
        if (expected == null) {
            return null;
        }
        for (ExpectedBranch want : expected) {
            boolean found = false;
            for (Branch branch : enlisted) {
                if (branch.id().equals(want.id())) {
                    found = true;
                    if (want.ref() != null && !want.ref().equals(branch.ref())) {
                        return "branch " + want.id() + " is enlisted with another ref than expected";
                    }
                }
            }
            if (!found) {
                return "branch " + want.id() + " is expected but not enlisted";
            }
        }
        for (Branch branch : enlisted) {
            if (expected.stream().noneMatch(want -> want.id().equals(branch.id()))) {
                return "branch " + branch.id() + " is enlisted but not expected";
            }
        }
        return null;
    }
}
