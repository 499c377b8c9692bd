package io.assent.protocol.wire;

import org.jspecify.annotations.Nullable;

/**
 * Body of {@code POST /v1/transactions/{id}/resolution}: a person closes a heuristic outcome.
 *
 * @param reason why, up to 512 characters; mandatory
 */
public record ResolutionRequest(@Nullable String reason) {}
