package io.assent.participant.protocol;

import io.assent.protocol.BranchRef;
import io.assent.protocol.BranchState;
import io.assent.protocol.Vote;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What an order or a question about a branch means, given the facts (R5 to R7). */
public final class OrderRules {

    private OrderRules() {}

    /**
     * The next thing to do for a ROLLBACK order: exactly one of the three is there.
     *
     * @param rollBack the prepared execution to roll back, then look again
     * @param report the fact to report
     * @param writeTombstone whether to write a tombstone, then look again if somebody was faster
     */
    public record RollbackStep(
            @Nullable BranchRef rollBack, @Nullable BranchState report, boolean writeTombstone) {}

    /**
     * For ROLLBACK.
     *
     * <p>A: the execution (or, without a ref, any) is in doubt, if only in some of several resources: roll it back. B: another execution is in doubt: its order
     * will come by its own ref; nothing of this one can follow, because the other's marker row stands in the way. But
     * that row goes if the other rolls back, and then this one's late call could still work, so: BUSY, ask again. C: there
     * is a marker: report what it proves. D: no trace: first the tombstone, then NEVER_SEEN.
     *
     * @param ref the execution, or null for whatever there is
     */
    public static RollbackStep rollback(@Nullable BranchRef ref, BranchFacts facts) {
        for (PreparedBranch branch : facts.prepared()) {
            if (ref == null || branch.ref().equals(ref)) {
                return new RollbackStep(branch.ref(), null, false);
            }
        }
        BranchFacts.Marker marker = facts.marker();
        for (PreparedBranch branch : facts.partial()) {
            boolean committed =
                    marker != null && marker.committed() && branch.ref().equals(marker.ref());
            if (!committed && (ref == null || branch.ref().equals(ref))) {
                return new RollbackStep(branch.ref(), null, false);
            }
        }
        if (marker != null) {
            return new RollbackStep(null, proven(ref, marker), false);
        }
        if (!facts.prepared().isEmpty()) {
            return new RollbackStep(null, BranchState.BUSY, false);
        }
        return new RollbackStep(null, null, true);
    }

    /** For COMMIT, when the database says that no such prepared transaction exists. Absence proves nothing (R7). */
    public static BranchState commitNotThere(BranchRef ref, BranchFacts facts) {
        if (facts.isPrepared(ref)) {
            return BranchState.PREPARED;
        }
        BranchFacts.Marker marker = facts.marker();
        return marker == null ? BranchState.NEVER_SEEN : proven(ref, marker);
    }

    /** The state to show for a branch, whatever its execution. */
    public static BranchState state(BranchFacts facts) {
        if (!facts.prepared().isEmpty()) {
            return BranchState.PREPARED;
        }
        BranchFacts.Marker marker = facts.marker();
        return marker == null ? BranchState.NEVER_SEEN : proven(null, marker);
    }

    /**
     * The vote of an execution whose work call does not run here; null if the facts do not tell and a tombstone has to
     * make sure first.
     */
    public static @Nullable Vote vote(@Nullable BranchRef ref, BranchFacts facts) {
        if (ref == null ? !facts.prepared().isEmpty() : facts.isPrepared(ref)) {
            return Vote.PREPARED;
        }
        BranchFacts.Marker marker = facts.marker();
        if (marker == null) {
            return facts.prepared().isEmpty() ? null : Vote.ROLLBACK;
        }
        // A committed execution has voted PREPARED before; a repeated question gets the same answer.
        return proven(ref, marker) == BranchState.COMMITTED ? Vote.PREPARED : Vote.ROLLBACK;
    }

    /** What an execution of the same branch other than {@code ref} has voted; empty if there is none. */
    public static Optional<DuplicateBranch> earlier(BranchRef ref, BranchFacts facts) {
        for (PreparedBranch branch : facts.prepared()) {
            if (!branch.ref().equals(ref)) {
                return Optional.of(new DuplicateBranch(Vote.PREPARED, branch.ref(), List.of()));
            }
        }
        BranchFacts.Marker marker = facts.marker();
        if (marker == null || ref.equals(marker.ref())) {
            return Optional.empty();
        }
        boolean yes = marker.committed() && marker.ref() != null;
        return Optional.of(new DuplicateBranch(yes ? Vote.PREPARED : Vote.ROLLBACK, marker.ref(), List.of()));
    }

    /** A marker of another execution proves that this one left nothing and cannot come back: the key is taken. */
    private static BranchState proven(@Nullable BranchRef ref, BranchFacts.Marker marker) {
        boolean same = ref == null || ref.equals(marker.ref());
        if (marker.committed()) {
            return same ? BranchState.COMMITTED : BranchState.NEVER_SEEN;
        }
        return same || marker.ref() == null ? BranchState.ROLLED_BACK : BranchState.NEVER_SEEN;
    }
}
