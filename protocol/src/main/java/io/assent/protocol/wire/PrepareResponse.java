package io.assent.protocol.wire;

import org.jspecify.annotations.Nullable;

/**
 * Answer to {@link PrepareRequest}.
 *
 * @param vote PREPARED, READ_ONLY or ROLLBACK; anything else is no vote
 * @param reason for people, or null
 */
public record PrepareResponse(
        @Nullable String vote, @Nullable String reason) {}
