package io.assent.participant.engine;

import io.assent.protocol.BranchState;
import io.assent.protocol.Decision;
import io.assent.protocol.Vote;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/** How this process has voted, and what its orders met; for metrics. Thread-safe. */
public final class BranchCounts {

    /** What an order to end a branch met. */
    public enum OrderResult {
        /** The branch has ended by this order. */
        ENDED,
        /** It had ended so before: the acknowledgement was lost, or the sweep or another replica was faster. */
        REPEATED,
        /** It has ended otherwise, or is gone: the coordinator reports a heuristic outcome. */
        CONTRADICTED,
        /** Not known, or not now: not acknowledged, so it comes again. */
        OPEN;

        /**
         * @param state what was reported; null: nothing
         * @param now whether the branch has ended just now, by this order
         */
        static OrderResult of(Decision decision, @Nullable BranchState state, boolean now) {
            if (state == null) {
                return OPEN;
            }
            return switch (state) {
                case PREPARED, BUSY -> OPEN;
                case COMMITTED -> decision == Decision.COMMIT ? asOrdered(now) : CONTRADICTED;
                case ROLLED_BACK, NEVER_SEEN -> decision == Decision.ROLLBACK ? asOrdered(now) : CONTRADICTED;
            };
        }

        private static OrderResult asOrdered(boolean now) {
            return now ? ENDED : REPEATED;
        }
    }

    private final AtomicLongArray votes = new AtomicLongArray(Vote.values().length);
    private final AtomicLongArray orders = new AtomicLongArray(OrderResult.values().length);

    void voted(Vote vote) {
        votes.incrementAndGet(vote.ordinal());
    }

    void ordered(OrderResult result) {
        orders.incrementAndGet(result.ordinal());
    }

    /** How many votes of this kind were given since the start; a branch that was asked again counts again. */
    public long votes(Vote vote) {
        return votes.get(vote.ordinal());
    }

    /** How many orders met this since the start, the sweep's own included. */
    public long orders(OrderResult result) {
        return orders.get(result.ordinal());
    }
}
