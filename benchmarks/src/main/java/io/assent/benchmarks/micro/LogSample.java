package io.assent.benchmarks.micro;

import io.assent.benchmarks.figures.Limits;
import org.jspecify.annotations.Nullable;

/**
 * A few seconds of decisions, or of rows inserted.
 *
 * @param perSecond how many a second
 * @param cpuMicros CPU time of PostgreSQL for one, in microseconds; NaN: not known
 * @param flushes of its write-ahead log for one
 * @param walBytes of its write-ahead log for one
 * @param batch decisions in one statement, on average
 * @param committed how many
 * @param failed how many were answered otherwise
 * @param failure what one of those was answered; null: none failed
 */
record LogSample(
        double perSecond,
        double cpuMicros,
        double flushes,
        double walBytes,
        double batch,
        long committed,
        long failed,
        @Nullable String failure)
        implements Limits.Round {}
