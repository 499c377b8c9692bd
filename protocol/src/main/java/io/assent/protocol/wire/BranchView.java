package io.assent.protocol.wire;

import org.jspecify.annotations.Nullable;

/**
 * A branch as the coordinator shows it.
 *
 * @param branch path
 * @param participant name
 * @param url address or null
 * @param ref execution or null
 * @param vote a {@link io.assent.protocol.Vote}
 * @param state the last fact that the participant reported, or null
 * @param acknowledged whether that fact ends the branch as decided
 * @param attempts how many orders were sent so far
 * @param lastError why the last attempt brought nothing, or null
 * @param nextAttemptAt RFC 3339 instant of the next order, or null
 */
public record BranchView(
        String branch,
        String participant,
        @Nullable String url,
        @Nullable String ref,
        String vote,
        @Nullable String state,
        boolean acknowledged,
        int attempts,
        @Nullable String lastError,
        @Nullable String nextAttemptAt) {}
