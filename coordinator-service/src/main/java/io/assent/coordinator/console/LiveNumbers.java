package io.assent.coordinator.console;

import java.util.List;

/**
 * What the meters of this instance show at one moment. Counts and sums are since its start: whoever missed a message can
 * still take the difference of two others.
 *
 * @param at RFC 3339
 * @param startedAt RFC 3339; another value means another process, whose counts begin anew
 * @param boundsMillis upper bounds of the buckets in which times are counted, ascending, in milliseconds
 * @param commits decisions to commit that this instance wrote, with the time from the request to the clean write
 * @param rollbacks decisions to roll back, likewise
 * @param completions transactions that every branch has acknowledged, with the time since the decision
 * @param begun transactions begun
 * @param redeliveries orders that were not acknowledged and are sent again
 * @param heuristics branches that ended against the decision
 * @param indeterminate decision writes whose result was not known
 * @param recovered transactions taken over by a recovery pass
 * @param refused begins and commits refused as overloaded
 * @param inFlight transactions that this instance works on now
 * @param undecided requests that have no decision yet
 * @param redelivering decided transactions that wait here for a branch to acknowledge
 */
record LiveNumbers(
        String at,
        String startedAt,
        List<Double> boundsMillis,
        Spent commits,
        Spent rollbacks,
        Spent completions,
        long begun,
        long redeliveries,
        long heuristics,
        long indeterminate,
        long recovered,
        long refused,
        long inFlight,
        long undecided,
        long redelivering) {

    /**
     * How often, and how long it took.
     *
     * @param count since the start
     * @param totalMillis sum of all, in milliseconds
     * @param maxMillis the longest of the last minutes, in milliseconds
     * @param within for each bound, how many took no longer; the same order
     */
    record Spent(long count, double totalMillis, double maxMillis, List<Long> within) {}
}
