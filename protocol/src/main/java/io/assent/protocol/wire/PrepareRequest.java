package io.assent.protocol.wire;

import org.jspecify.annotations.Nullable;

/**
 * Body of the participant call {@code POST /prepare}.
 *
 * @param participant whom it is meant for; a stranger answers 421
 * @param transaction id
 * @param branch path
 * @param ref execution; null if the coordinator never learned it
 * @param deadline RFC 3339 instant
 * @param remaining ISO 8601 duration
 */
public record PrepareRequest(
        @Nullable String participant,
        @Nullable String transaction,
        @Nullable String branch,
        @Nullable String ref,
        @Nullable String deadline,
        @Nullable String remaining) {}
