package io.assent.chaos.checker;

import org.jspecify.annotations.Nullable;

/**
 * What came of a request.
 *
 * @param request which
 * @param at milliseconds since 1970
 * @param status of HTTP; 0: no answer arrived
 * @param problem the problem's type without prefix; null: none
 * @param transaction the transaction that it speaks of
 * @param told what it claims
 * @param sums of a {@link Invocation.Operation#READ}
 * @param detail for people
 */
public record Reply(
        String request,
        long at,
        int status,
        @Nullable String problem,
        @Nullable String transaction,
        Told told,
        @Nullable Sums sums,
        @Nullable String detail) {

    /** A bank's sums over all its accounts at one moment. */
    public record Sums(String bank, long openings, long balances, long entries) {}
}
