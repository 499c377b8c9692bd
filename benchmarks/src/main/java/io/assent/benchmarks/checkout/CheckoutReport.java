package io.assent.benchmarks.checkout;

import io.assent.benchmarks.Machine;
import io.assent.benchmarks.figures.Disturbance;
import io.assent.benchmarks.system.PostgresServer;
import java.time.Instant;
import java.util.Collections;
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
     * @param workload what a transaction is made of
     * @param replicatedLog whether the server of the decision log has a synchronous standby
     * @param offeredPerSecond transactions that are begun each second, whatever the answers; 0: as fast as they are answered
     */
    record Options(
            List<String> systems,
            List<Integer> clients,
            int rounds,
            int seconds,
            int warmupSeconds,
            int settleSeconds,
            Workload workload,
            boolean replicatedLog,
            double offeredPerSecond) {

        Options {
            systems = List.copyOf(systems);
            clients = List.copyOf(clients);
        }

        /** As {@code --log} calls it. */
        String log() {
            return replicatedLog ? "replicated" : "single";
        }

        /** The workload in a line for people. */
        String described() {
            return "Branches: " + workload.branches() + ". Rows: " + workload.rows() + ". Decision log: " + log() + ".";
        }

        /** What the server of the services' databases has to have room for: nobody fails because it has not. */
        PostgresServer.Capacity services() {
            int most = Collections.max(clients);
            // Beside those of its pool, a participant completes branches over some of its own.
            int each = most + 20;
            return new PostgresServer.Capacity(
                    Math.max(200, systems.size() * workload.branches() * each + 50),
                    // One that is answered after the decision leaves branches prepared behind it for a while.
                    200 + 4 * most * workload.branches());
        }

        /** The same with {@code --overload}. */
        int expectedOverloadSeconds() {
            return systems.size() * (warmupSeconds + rounds * seconds * (clients.size() + 1));
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
