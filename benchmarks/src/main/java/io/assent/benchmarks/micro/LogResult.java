package io.assent.benchmarks.micro;

import io.assent.benchmarks.figures.Figures;
import io.assent.benchmarks.figures.Limits;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * What the decision log does with one size of batch and one number of writers. Each figure is the median of the rounds; a ratio is
 * formed within a round, with the mean of the slices of the floor just before and just after.
 *
 * @param writers threads that write decisions, each with a connection of its own
 * @param maxBatch the most decisions that one statement may write
 * @param batch decisions that one statement wrote, on average
 * @param perSecond decisions a second
 * @param rateToFloor against rows inserted
 * @param spread of {@code rateToFloor} over the rounds, see {@link Figures#spread}
 * @param cpuMicros CPU time of PostgreSQL for one decision, in microseconds; NaN: not known
 * @param cpuToFloor against that of one row inserted
 * @param flushes of its write-ahead log for one decision
 * @param walBytes of its write-ahead log for one decision
 * @param committed in all rounds
 * @param failed in all rounds
 * @param rounds what the figures are made of
 */
record LogResult(
        int writers,
        int maxBatch,
        double batch,
        double perSecond,
        double rateToFloor,
        double spread,
        double cpuMicros,
        double cpuToFloor,
        double flushes,
        double walBytes,
        long committed,
        long failed,
        List<LogSample> rounds)
        implements Limits.Judged {

    /**
     * @param decisions what was measured
     * @param before the floor before it
     * @param after the floor after it
     */
    record Between(LogSample decisions, LogSample before, LogSample after) {

        private double ratio(ToDoubleFunction<LogSample> figure) {
            return 2 * figure.applyAsDouble(decisions) / (figure.applyAsDouble(before) + figure.applyAsDouble(after));
        }
    }

    LogResult {
        rounds = List.copyOf(rounds);
    }

    static LogResult of(int writers, int maxBatch, List<Between> slices) {
        List<LogSample> rounds = slices.stream().map(Between::decisions).toList();
        List<Double> rates = ratios(slices, LogSample::perSecond);
        return new LogResult(
                writers,
                maxBatch,
                median(rounds, LogSample::batch),
                median(rounds, LogSample::perSecond),
                Figures.median(rates),
                Figures.spread(rates),
                median(rounds, LogSample::cpuMicros),
                Figures.median(ratios(slices, LogSample::cpuMicros)),
                median(rounds, LogSample::flushes),
                median(rounds, LogSample::walBytes),
                rounds.stream().mapToLong(LogSample::committed).sum(),
                rounds.stream().mapToLong(LogSample::failed).sum(),
                rounds);
    }

    private static List<Double> ratios(List<Between> slices, ToDoubleFunction<LogSample> figure) {
        return slices.stream().map(slice -> slice.ratio(figure)).toList();
    }

    private static double median(List<LogSample> rounds, ToDoubleFunction<LogSample> figure) {
        return Figures.median(rounds.stream().map(figure::applyAsDouble).toList());
    }

    @Override
    public String who() {
        return "batches of " + maxBatch + " with " + MicroTable.writers(writers);
    }
}
