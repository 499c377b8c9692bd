package io.assent.protocol.wire;

import org.jspecify.annotations.Nullable;

/**
 * The fact about one branch after an order.
 *
 * @param transaction id
 * @param branch path
 * @param ref execution, as in the order
 * @param state a {@link io.assent.protocol.BranchState}
 */
public record DecisionResult(
        @Nullable String transaction,
        @Nullable String branch,
        @Nullable String ref,
        @Nullable String state) {}
