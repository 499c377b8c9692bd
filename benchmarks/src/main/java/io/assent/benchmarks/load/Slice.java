package io.assent.benchmarks.load;

import java.time.Duration;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * What a few seconds of load have shown.
 *
 * @param micros how long the transactions took that committed, in microseconds
 * @param failed how many did not commit
 * @param refused how many of those were answered 429 or 503
 * @param notBegun how many of those could not even begin in time
 * @param elapsed from the begin of the first to the end of the last
 * @param failure what one of those that failed was answered; null: none failed
 */
public record Slice(
        Histogram micros,
        long failed,
        long refused,
        long notBegun,
        Duration elapsed,
        @Nullable String failure) {

    public long committed() {
        return micros.getTotalCount();
    }

    public double perSecond() {
        return committed() * 1e9 / elapsed.toNanos();
    }

    /** In milliseconds; {@code percentile} is 0 to 100. NaN if nothing has committed. */
    public double millis(double percentile) {
        return committed() == 0 ? Double.NaN : micros.getValueAtPercentile(percentile) / 1e3;
    }
}
