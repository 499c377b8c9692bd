package io.assent.protocol.wire;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Answer to {@code GET /v1/transactions}.
 *
 * @param items newest first, without timeline
 * @param cursor for the next page; null on the last
 * @param missingLogs the decision logs that could not be asked, whose transactions are missing here; null if there is none
 */
public record SearchResponse(
        List<TransactionView> items,
        @Nullable String cursor,
        @Nullable List<String> missingLogs) {}
