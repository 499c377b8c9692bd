package io.assent.protocol.wire;

import org.jspecify.annotations.Nullable;

/**
 * One event in the life of a transaction.
 *
 * @param at RFC 3339 instant, database time
 * @param event what happened, such as BEGUN, ENLISTED, COMMIT_REQUESTED, DECIDED, ACKNOWLEDGED, COMPLETED
 * @param branch the branch concerned, or null
 * @param detail for people, or null
 */
public record TimelineEntry(
        String at,
        String event,
        @Nullable String branch,
        @Nullable String detail) {}
