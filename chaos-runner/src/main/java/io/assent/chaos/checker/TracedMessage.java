package io.assent.chaos.checker;

import org.jspecify.annotations.Nullable;

/**
 * A message that left a process.
 *
 * @param at milliseconds since 1970
 * @param from which process
 * @param host host and port that it went to
 * @param transaction of an order; null: another kind of message
 * @param branch of an order
 * @param decision of an order: COMMIT or ROLLBACK
 */
public record TracedMessage(
        long at,
        String from,
        String host,
        @Nullable String transaction,
        @Nullable String branch,
        @Nullable String decision) {}
