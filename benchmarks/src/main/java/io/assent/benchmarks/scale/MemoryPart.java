package io.assent.benchmarks.scale;

import io.assent.benchmarks.figures.Disturbance;
import java.util.List;

/**
 * What open transactions take up.
 *
 * @param disturbance by what
 * @param transactions how many were begun and left open
 * @param begunPerSecond how fast
 * @param rolledBackPerSecond how fast they were ended
 * @param heapBytes of the coordinator for one of them
 * @param logBytes in the log for one of them, with its indexes
 * @param states before, with them, and after they were rolled back
 */
record MemoryPart(
        Disturbance disturbance,
        int transactions,
        double begunPerSecond,
        double rolledBackPerSecond,
        double heapBytes,
        double logBytes,
        List<State> states) {

    /**
     * What is there at one time.
     *
     * @param when for people
     * @param open transactions that are begun and not decided
     * @param heapBytes of the coordinator after a full collection
     * @param logBytes of the log's partitions with their indexes
     */
    record State(String when, long open, long heapBytes, long logBytes) {}

    MemoryPart {
        states = List.copyOf(states);
    }
}
