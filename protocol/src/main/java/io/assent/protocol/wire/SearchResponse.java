package io.assent.protocol.wire;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Answer to {@code GET /v1/transactions}.
 *
 * @param items newest first, without timeline
 * @param cursor for the next page; null on the last
 */
public record SearchResponse(
        List<TransactionView> items, @Nullable String cursor) {}
