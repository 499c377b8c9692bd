package io.assent.benchmarks.checkout;

import io.assent.benchmarks.Machine;
import io.assent.benchmarks.figures.Disturbance;
import java.time.Instant;
import java.util.List;

/**
 * The report as it is written with {@code --json}.
 *
 * @param report which one it is: {@code checkout}
 * @param started when the first round began
 * @param options what was measured
 * @param machine where
 * @param disturbance by what
 * @param unusable why the figures are of no use; empty: they are
 * @param results by number of clients, then by system
 */
record CheckoutReport(
        String report,
        Instant started,
        Options options,
        Machine machine,
        Disturbance disturbance,
        List<String> unusable,
        List<CheckoutResult> results) {

    /**
     * What is measured and how long.
     *
     * @param systems the names of those that are measured, their floors included
     * @param clients numbers of clients, one after the other
     * @param rounds how often each is measured
     * @param seconds how long each time
     * @param warmupSeconds how long each system is loaded before
     * @param settleSeconds how long to wait until PostgreSQL has counted everything
     * @param offeredPerSecond transactions that are begun each second, whatever the answers; 0: as fast as they are answered
     */
    record Options(
            List<String> systems,
            List<Integer> clients,
            int rounds,
            int seconds,
            int warmupSeconds,
            int settleSeconds,
            double offeredPerSecond) {

        Options {
            systems = List.copyOf(systems);
            clients = List.copyOf(clients);
        }

        /** Of the loads and waits; starting everything takes a minute more. */
        int expectedSeconds() {
            // Each has a slice of a floor after it, and each floor one before all.
            int slices = 2 * systems.size() * clients.size();
            return systems.size() * warmupSeconds
                    + slices * rounds * seconds
                    + 2 * settleSeconds
                    + systems.size() * clients.size() * (seconds + settleSeconds);
        }
    }

    CheckoutReport {
        unusable = List.copyOf(unusable);
        results = List.copyOf(results);
    }
}
