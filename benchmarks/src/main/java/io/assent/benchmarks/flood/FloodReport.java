package io.assent.benchmarks.flood;

import io.assent.benchmarks.Machine;
import io.assent.benchmarks.figures.Disturbance;
import java.time.Instant;
import java.util.List;

/**
 * The report as it is written with {@code --json}.
 *
 * @param report which one it is: {@code flood}
 * @param started when the first round began
 * @param options what was measured
 * @param machine where
 * @param disturbance by what
 * @param unusable why the figures are of no use; empty: they are
 * @param results by kind of flood
 */
record FloodReport(
        String report,
        Instant started,
        Options options,
        Machine machine,
        Disturbance disturbance,
        List<String> unusable,
        List<FloodResult> results) {

    /**
     * What is measured and how long.
     *
     * @param floods their names
     * @param clients how many transactions of the neighbour may be under way at once
     * @param offeredPerSecond how many it begins each second
     * @param floodPerSecond how many requests the flooder sends each second at most
     * @param maxUndecided how many transactions a service may leave undecided
     * @param rounds how often each flood is measured
     * @param seconds how long each time
     * @param warmupSeconds how long the coordinator is loaded before
     */
    record Options(
            List<String> floods,
            int clients,
            double offeredPerSecond,
            double floodPerSecond,
            int maxUndecided,
            int rounds,
            int seconds,
            int warmupSeconds) {

        Options {
            floods = List.copyOf(floods);
        }

        /** Of the loads and pauses, and of beginning and ending open transactions; starting everything takes longer. */
        int expectedSeconds() {
            int slices = 2 * floods.size() + 1;
            int filling = floods.contains(Flood.OPEN.text()) ? (int) (2 * maxUndecided / floodPerSecond) : 0;
            return 2 * warmupSeconds + rounds * (slices * (seconds + FloodRun.PAUSE_SECONDS) + filling);
        }

        List<Flood> kinds() {
            return floods.stream().map(Flood::of).toList();
        }
    }

    FloodReport {
        unusable = List.copyOf(unusable);
        results = List.copyOf(results);
    }
}
