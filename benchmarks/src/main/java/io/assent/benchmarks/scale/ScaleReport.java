package io.assent.benchmarks.scale;

import io.assent.benchmarks.Machine;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The report as it is written with {@code --json}.
 *
 * @param report which one it is: {@code scale}
 * @param started when the first slice began
 * @param options what was measured
 * @param machine where
 * @param unusable why the figures are of no use; empty: they are
 * @param throughput the parts {@code clients}, {@code coordinators} and {@code shards}, if they were asked for
 * @param memory null: it was not asked for
 * @param inDoubt null: it was not asked for
 */
record ScaleReport(
        String report,
        Instant started,
        Options options,
        Machine machine,
        List<String> unusable,
        List<ThroughputPart> throughput,
        @Nullable MemoryPart memory,
        @Nullable InDoubtPart inDoubt) {

    /**
     * What is measured and how long.
     *
     * @param parts their names
     * @param clients numbers of them for the part {@code clients}
     * @param at how many clients for all other parts
     * @param open transactions for the part {@code memory}
     * @param inDoubt transactions for the part {@code in-doubt}
     * @param rounds how often each is measured
     * @param seconds how long each time
     * @param warmupSeconds how long each is loaded before
     */
    record Options(
            List<String> parts,
            List<Integer> clients,
            int at,
            int open,
            int inDoubt,
            int rounds,
            int seconds,
            int warmupSeconds) {

        /** Each insert has a connection of its own, and the server has room for so many besides the coordinators. */
        static final int MOST_FLOOR_CLIENTS = 400;

        /** For an estimate: what one coordinator on a small machine begins or commits in a second. */
        private static final int ABOUT_PER_SECOND = 500;

        Options {
            parts = List.copyOf(parts);
            clients = List.copyOf(clients);
        }

        boolean has(Part part) {
            return parts.contains(part.text());
        }

        boolean hasThroughput() {
            return has(Part.CLIENTS) || has(Part.COORDINATORS) || has(Part.SHARDS);
        }

        /** Of the floor, when the coordinator has {@code clients}. */
        static int floorClients(int clients) {
            return Math.min(clients, MOST_FLOOR_CLIENTS);
        }

        /** Connections for the floor, at most. */
        int mostFloorClients() {
            return has(Part.CLIENTS) ? floorClients(Collections.max(clients)) : 1;
        }

        /** Of the loads; starting everything takes longer. */
        int expectedSeconds() {
            int slices = (has(Part.CLIENTS) ? 3 * clients.size() : 0)
                    + (has(Part.COORDINATORS) ? 5 : 0)
                    + (has(Part.SHARDS) ? 3 : 0)
                    + (has(Part.IN_DOUBT) ? 3 : 0);
            int warmUps = (has(Part.CLIENTS) ? 2 : 0)
                    + (has(Part.COORDINATORS) ? 2 : 0)
                    + (has(Part.SHARDS) ? 2 : 0)
                    + (has(Part.MEMORY) || has(Part.IN_DOUBT) ? 1 : 0);
            int transactions = (has(Part.MEMORY) ? 2 * open : 0) + (has(Part.IN_DOUBT) ? 2 * inDoubt : 0);
            return warmUps * warmupSeconds + rounds * slices * seconds + transactions / ABOUT_PER_SECOND;
        }
    }

    ScaleReport {
        unusable = List.copyOf(unusable);
        throughput = List.copyOf(throughput);
    }
}
