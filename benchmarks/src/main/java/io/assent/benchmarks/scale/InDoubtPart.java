package io.assent.benchmarks.scale;

import io.assent.benchmarks.figures.Disturbance;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What it is like while many transactions are decided and their participant does not take the order.
 *
 * @param disturbance by what
 * @param transactions how many were decided
 * @param decidedSeconds how long it took to decide them
 * @param refused how often a commit was refused meanwhile, and asked for again
 * @param completedSeconds from when the participant answers again until all were complete
 * @param states before, with them, and after
 * @param results commits of another participant: before, with them, and after
 */
record InDoubtPart(
        Disturbance disturbance,
        int transactions,
        double decidedSeconds,
        long refused,
        double completedSeconds,
        List<State> states,
        List<ThroughputResult> results) {

    /**
     * What is there at one time, while nobody asks for anything.
     *
     * @param when for people
     * @param unfinished transactions that are decided and not complete
     * @param heapBytes of the coordinator after a full collection
     * @param coordinatorProcessors that the coordinator keeps busy; NaN: not known
     * @param storesProcessors that PostgreSQL keeps busy; NaN: not known
     * @param takenOverPerSecond transactions that recovery passes take over each second
     * @param looks what an operator asks for
     */
    record State(
            String when,
            long unfinished,
            long heapBytes,
            double coordinatorProcessors,
            double storesProcessors,
            double takenOverPerSecond,
            List<Look> looks) {

        State {
            looks = List.copyOf(looks);
        }
    }

    /**
     * One request of an operator, several times.
     *
     * @param path that was asked for
     * @param millis the median
     * @param longestMillis the longest
     * @param failure what was answered instead; null: it was answered each time
     */
    record Look(
            String path,
            double millis,
            double longestMillis,
            @Nullable String failure) {}

    InDoubtPart {
        states = List.copyOf(states);
        results = List.copyOf(results);
    }
}
