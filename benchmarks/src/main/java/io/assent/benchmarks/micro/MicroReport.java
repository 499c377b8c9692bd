package io.assent.benchmarks.micro;

import io.assent.benchmarks.Machine;
import io.assent.benchmarks.figures.Disturbance;
import java.time.Instant;
import java.util.List;

/**
 * The report as it is written with {@code --json}.
 *
 * @param report which one it is: {@code micro}
 * @param started when the measuring began
 * @param options what was measured
 * @param machine where
 * @param disturbance by what
 * @param unusable why the figures are of no use; empty: they are
 * @param code what was measured by JMH; empty if it was not asked for
 * @param floors what decisions are compared with, by number of writers; empty if the log was not asked for
 * @param log by number of writers, then by size of batch; empty if it was not asked for
 * @param decisions all that were written, those included that were not measured; as many records are in the log at the end
 */
record MicroReport(
        String report,
        Instant started,
        Options options,
        Machine machine,
        Disturbance disturbance,
        List<String> unusable,
        List<CodeResult> code,
        List<FloorResult> floors,
        List<LogResult> log,
        long decisions) {

    static final String CODE = "code";
    static final String LOG = "log";

    /**
     * How long JMH measures each benchmark.
     *
     * @param forks JVMs, one after the other
     * @param warmups iterations that are not counted, in each JVM
     * @param iterations that are counted, in each JVM
     * @param millis length of an iteration, in milliseconds
     */
    record Code(int forks, int warmups, int iterations, int millis) {

        static final Code THOROUGH = new Code(2, 5, 5, 1_000);
        static final Code QUICK = new Code(1, 2, 3, 300);

        /** How many there are. */
        static final int BENCHMARKS = 8;

        private double expectedSeconds() {
            return BENCHMARKS * forks * (1 + (warmups + iterations) * millis / 1_000.0);
        }
    }

    /**
     * What is measured and how long.
     *
     * @param parts {@code code}, {@code log} or both
     * @param code how long JMH measures each benchmark
     * @param writers numbers of writers, one after the other
     * @param batches sizes of batches, by turns
     * @param rounds how often each size is measured
     * @param seconds how long each time
     * @param warmupSeconds how long decisions are written before
     */
    record Options(
            List<String> parts,
            Code code,
            List<Integer> writers,
            List<Integer> batches,
            int rounds,
            int seconds,
            int warmupSeconds) {

        Options {
            parts = List.copyOf(parts);
            writers = List.copyOf(writers);
            batches = List.copyOf(batches);
        }

        /** To open and close a log takes two seconds. */
        int expectedSeconds() {
            int slices = writers.size() * rounds * (2 * batches.size() + 1);
            int openings = writers.size() * rounds * batches.size();
            return (parts.contains(CODE) ? (int) code.expectedSeconds() : 0)
                    + (parts.contains(LOG) ? warmupSeconds + slices * seconds + 2 * openings : 0);
        }
    }

    MicroReport {
        unusable = List.copyOf(unusable);
        code = List.copyOf(code);
        floors = List.copyOf(floors);
        log = List.copyOf(log);
    }
}
