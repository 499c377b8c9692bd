package io.assent.protocol.wire;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A transaction as {@code GET /v1/transactions/{id}} and the other calls show it.
 *
 * @param id id
 * @param name label or null
 * @param state a {@link io.assent.protocol.TransactionState}
 * @param decision COMMIT or ROLLBACK, if it may be told (R4)
 * @param completion PENDING or COMPLETE, if decided
 * @param outcome an {@link io.assent.protocol.Outcome}; mandatory when complete; also set, with completion PENDING, when a branch has ended heuristically
 * @param reason why it rolled back, or null
 * @param deadline RFC 3339 instant or null
 * @param branches what is known of its branches
 * @param timeline what happened when, oldest first; null in search results
 */
public record TransactionView(
        String id,
        @Nullable String name,
        String state,
        @Nullable String decision,
        @Nullable String completion,
        @Nullable String outcome,
        @Nullable String reason,
        @Nullable String deadline,
        List<BranchView> branches,
        @Nullable List<TimelineEntry> timeline) {}
