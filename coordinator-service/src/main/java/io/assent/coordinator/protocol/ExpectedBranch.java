package io.assent.coordinator.protocol;

import io.assent.protocol.BranchId;
import io.assent.protocol.BranchRef;
import org.jspecify.annotations.Nullable;

/**
 * A branch that the client of a begun transaction expects to be enlisted.
 *
 * @param id the branch
 * @param ref the execution, or null if the client named the branch only
 */
public record ExpectedBranch(BranchId id, @Nullable BranchRef ref) {}
