package io.assent.protocol.wire;

import org.jspecify.annotations.Nullable;

/**
 * Answer of the participant to {@code GET /branches/{transaction}/{branch}}.
 *
 * @param transaction id
 * @param branch path
 * @param ref execution or null
 * @param state a {@link io.assent.protocol.BranchState}
 * @param since RFC 3339 instant, or null if never seen
 */
public record BranchStatus(
        @Nullable String transaction,
        @Nullable String branch,
        @Nullable String ref,
        @Nullable String state,
        @Nullable String since) {}
