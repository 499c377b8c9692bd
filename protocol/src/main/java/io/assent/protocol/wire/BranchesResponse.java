package io.assent.protocol.wire;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Answer of the participant to {@code GET /branches}.
 *
 * @param participant who answers; null from participants that do not tell
 * @param branches what is in doubt here, and, if that was asked for, what has ended
 * @param more whether there are more after the last one; null if only what is in doubt was asked for, or from a participant
 *     that cannot list what has ended
 */
public record BranchesResponse(
        @Nullable String participant,
        @Nullable List<BranchStatus> branches,
        @Nullable Boolean more) {}
