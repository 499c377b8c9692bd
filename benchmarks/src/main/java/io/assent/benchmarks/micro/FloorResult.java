package io.assent.benchmarks.micro;

import io.assent.benchmarks.figures.Figures;
import java.util.List;

/**
 * Rows inserted one by one, each in a transaction of its own. Each figure is the median of the slices.
 *
 * @param connections as many as there are writers
 * @param perSecond rows a second
 * @param cpuMicros CPU time of PostgreSQL for one row, in microseconds; NaN: not known
 * @param flushes of its write-ahead log for one row
 * @param walBytes of its write-ahead log for one row
 */
record FloorResult(int connections, double perSecond, double cpuMicros, double flushes, double walBytes) {

    static FloorResult of(int connections, List<LogSample> slices) {
        return new FloorResult(
                connections,
                Figures.median(slices.stream().map(LogSample::perSecond).toList()),
                Figures.median(slices.stream().map(LogSample::cpuMicros).toList()),
                Figures.median(slices.stream().map(LogSample::flushes).toList()),
                Figures.median(slices.stream().map(LogSample::walBytes).toList()));
    }
}
