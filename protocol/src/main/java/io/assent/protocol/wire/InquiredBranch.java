package io.assent.protocol.wire;

import org.jspecify.annotations.Nullable;

/**
 * One branch in doubt.
 *
 * @param transaction id
 * @param branch path
 * @param ref execution
 * @param deadline RFC 3339 instant, or null if the asker does not know it
 */
public record InquiredBranch(
        @Nullable String transaction,
        @Nullable String branch,
        @Nullable String ref,
        @Nullable String deadline) {}
