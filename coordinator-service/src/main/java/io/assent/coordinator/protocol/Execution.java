package io.assent.coordinator.protocol;

import io.assent.protocol.BranchId;
import io.assent.protocol.BranchRef;
import org.jspecify.annotations.Nullable;

/**
 * Names one execution of a branch within its transaction (R6).
 *
 * @param branch the branch
 * @param ref the execution; null stands for whatever execution of that branch there is, and can only be rolled back
 */
public record Execution(BranchId branch, @Nullable BranchRef ref) {

    /** The name of {@code branch}. */
    public static Execution of(Branch branch) {
        return new Execution(branch.id(), branch.ref());
    }

    @Override
    public String toString() {
        return branch + (ref == null ? "" : " (" + ref + ")");
    }
}
