package io.assent.benchmarks.kinds;

import io.assent.benchmarks.Machine;
import io.assent.benchmarks.figures.Disturbance;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * The report as it is written with {@code --json}.
 *
 * @param report which one it is: {@code kinds}
 * @param started when the first round began
 * @param options what was measured
 * @param machine where
 * @param disturbance by what
 * @param unusable why the figures are of no use; empty: they are
 * @param leftOut kinds that this machine cannot run, and why
 * @param results by number of clients, then by kind
 */
record KindsReport(
        String report,
        Instant started,
        Options options,
        Machine machine,
        Disturbance disturbance,
        List<String> unusable,
        Map<String, String> leftOut,
        List<KindResult> results) {

    /**
     * What is measured and how long.
     *
     * @param kinds the names of those that are measured
     * @param clients numbers of clients, one after the other
     * @param rounds how often each is measured
     * @param seconds how long each time
     * @param warmupSeconds how long each kind is loaded before
     * @param settleSeconds how long to wait until PostgreSQL has counted everything
     */
    record Options(
            List<String> kinds, List<Integer> clients, int rounds, int seconds, int warmupSeconds, int settleSeconds) {

        Options {
            kinds = List.copyOf(kinds);
            clients = List.copyOf(clients);
        }

        /** Of the loads and waits; starting everything takes half a minute more. */
        int expectedSeconds() {
            int loads = kinds.size() * clients.size();
            return kinds.size() * warmupSeconds
                    + loads * rounds * seconds
                    + 2 * settleSeconds
                    + loads * (seconds + settleSeconds);
        }
    }

    KindsReport {
        unusable = List.copyOf(unusable);
        leftOut = Map.copyOf(leftOut);
        results = List.copyOf(results);
    }
}
