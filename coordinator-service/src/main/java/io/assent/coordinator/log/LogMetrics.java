package io.assent.coordinator.log;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;

/**
 * What the log counts.
 *
 * @param decisions size of each statement that writes decisions
 * @param progress size of each statement that writes progress
 * @param unreadable rows that could not be read and were left out
 * @param dropped how long it took to drop each partition after the retention period (R9)
 */
record LogMetrics(DistributionSummary decisions, DistributionSummary progress, Counter unreadable, Timer dropped) {

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
                Counter.builder("assent.log.unreadable.rows")
                        .description("Rows that could not be read and were left out")
                        .tag("log", log)
                        .register(registry),
                Timer.builder("assent.log.partition.drop")
                        .description("Time to drop a partition after the retention period")
                        .tag("log", log)
                        .register(registry));
    }
}
