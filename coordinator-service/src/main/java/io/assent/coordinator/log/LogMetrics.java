package io.assent.coordinator.log;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;

/**
 * What the log counts.
 *
 * @param decisions size of each statement that writes decisions
 * @param progress size of each statement that writes progress
 * @param decisionWrites time of each such statement, with the flush and the wait for the standby
 * @param progressWrites time of each such statement, which waits for neither
 * @param unreadable rows that could not be read and were left out
 * @param dropped how long it took to drop each partition after the retention period (R9)
 */
record LogMetrics(
        DistributionSummary decisions,
        DistributionSummary progress,
        Timer decisionWrites,
        Timer progressWrites,
        Counter unreadable,
        Timer dropped) {

    private static final Duration[] BUCKETS = {
        Duration.ofMillis(1),
        Duration.ofMillis(2),
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(25),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(250),
        Duration.ofSeconds(1),
        Duration.ofSeconds(5)
    };

    /** @param log its name */
    static LogMetrics in(MeterRegistry registry, String log) {
        return new LogMetrics(
                DistributionSummary.builder("assent.log.decision.batch")
                        .description("Proposals in one decision statement")
                        .tag("log", log)
                        .register(registry),
                DistributionSummary.builder("assent.log.progress.batch")
                        .description("Transactions in one progress statement")
                        .tag("log", log)
                        .register(registry),
                writes(registry, log, "decision"),
                writes(registry, log, "progress"),
                Counter.builder("assent.log.unreadable.rows")
                        .description("Rows that could not be read and were left out")
                        .tag("log", log)
                        .register(registry),
                Timer.builder("assent.log.partition.drop")
                        .description("Time to drop a partition after the retention period")
                        .tag("log", log)
                        .register(registry));
    }

    private static Timer writes(MeterRegistry registry, String log, String batch) {
        return Timer.builder("assent.log.write")
                .description("Time of one statement, with what it waits for")
                .tag("log", log)
                .tag("batch", batch)
                .serviceLevelObjectives(BUCKETS)
                .register(registry);
    }
}
