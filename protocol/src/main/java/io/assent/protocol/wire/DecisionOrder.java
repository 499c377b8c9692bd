package io.assent.protocol.wire;

import org.jspecify.annotations.Nullable;

/**
 * The order to end one branch.
 *
 * @param transaction id
 * @param branch path
 * @param ref execution; null only with ROLLBACK: whatever execution there is (R6)
 * @param decision COMMIT or ROLLBACK
 */
public record DecisionOrder(
        @Nullable String transaction,
        @Nullable String branch,
        @Nullable String ref,
        @Nullable String decision) {}
