package io.assent.protocol.wire;

import org.jspecify.annotations.Nullable;

/**
 * What became of one commit.
 *
 * @param transaction its id
 * @param status the HTTP status that a single commit would have had
 * @param decision COMMIT or ROLLBACK, if it may be told
 * @param completion PENDING or COMPLETE, if decided
 * @param outcome mandatory when complete
 * @param reason why it rolled back, or null
 * @param problem the problem that a single commit would have had, or null
 */
public record CommitResult(
        String transaction,
        int status,
        @Nullable String decision,
        @Nullable String completion,
        @Nullable String outcome,
        @Nullable String reason,
        @Nullable Problem problem) {}
