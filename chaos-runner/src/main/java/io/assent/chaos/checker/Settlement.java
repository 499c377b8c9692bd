package io.assent.chaos.checker;

/**
 * A client has got certainty about a transfer of which it had been told "unknown".
 *
 * @param transfer which
 * @param at milliseconds since 1970
 * @param told COMMITTED or ROLLED_BACK
 */
public record Settlement(String transfer, long at, Told told) {}
