package io.assent.benchmarks.checkout;

import io.assent.benchmarks.figures.Figures;
import io.assent.benchmarks.figures.Limits;
import io.assent.benchmarks.load.Slice;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * What became of one system under more than it can do. Each figure is the median of its rounds, the counts are sums.
 *
 * @param system its name
 * @param peakPerSecond transactions a second in the best closed loop
 * @param offeredPerSecond how many were to begin each second in the open loop
 * @param goodputPerSecond how many of them committed each second, until the last answer
 * @param goodputToPeak {@code goodputPerSecond} against the peak of the same round
 * @param spread of {@code goodputToPeak} over the rounds, see {@link Figures#spread}
 * @param p99Millis 99 of 100 that committed took no longer, from when they should have begun
 * @param committed in the open loops
 * @param refused were answered 429 or 503
 * @param failedOtherwise were answered something else, or nothing
 * @param notBegun could not even begin, because all callers were waiting for answers
 * @param rounds what the figures are made of
 */
record OverloadResult(
        String system,
        double peakPerSecond,
        double offeredPerSecond,
        double goodputPerSecond,
        double goodputToPeak,
        double spread,
        double p99Millis,
        long committed,
        long refused,
        long failedOtherwise,
        long notBegun,
        List<Round> rounds)
        implements Limits.Judged {

    /**
     * A peak and the overload just after it.
     *
     * @param peakClients how many made the peak
     * @param peakPerSecond the peak
     * @param offeredPerSecond how many were to begin each second
     * @param goodputPerSecond how many of them committed each second
     * @param p99Millis of those
     * @param committed how many
     * @param refused were answered 429 or 503
     * @param failedOtherwise were answered something else, or nothing
     * @param notBegun could not even begin in time
     * @param failure what one of those that failed was answered; null: none failed
     */
    record Round(
            int peakClients,
            double peakPerSecond,
            double offeredPerSecond,
            double goodputPerSecond,
            double p99Millis,
            long committed,
            long refused,
            long failedOtherwise,
            long notBegun,
            @Nullable String failure)
            implements Limits.Round {

        /** @param overload the slice of the open loop */
        static Round of(int peakClients, double peakPerSecond, double offeredPerSecond, Slice overload) {
            return new Round(
                    peakClients,
                    peakPerSecond,
                    offeredPerSecond,
                    overload.perSecond(),
                    overload.millis(99),
                    overload.committed(),
                    overload.refused(),
                    overload.failed() - overload.refused() - overload.notBegun(),
                    overload.notBegun(),
                    overload.failure());
        }

        private double goodputToPeak() {
            return goodputPerSecond / peakPerSecond;
        }
    }

    OverloadResult {
        rounds = List.copyOf(rounds);
    }

    static OverloadResult of(CheckoutSystem system, List<Round> rounds) {
        List<Double> ratios = values(rounds, Round::goodputToPeak);
        return new OverloadResult(
                system.name(),
                Figures.median(values(rounds, Round::peakPerSecond)),
                Figures.median(values(rounds, Round::offeredPerSecond)),
                Figures.median(values(rounds, Round::goodputPerSecond)),
                Figures.median(ratios),
                Figures.spread(ratios),
                Figures.median(values(rounds, Round::p99Millis)),
                rounds.stream().mapToLong(Round::committed).sum(),
                rounds.stream().mapToLong(Round::refused).sum(),
                rounds.stream().mapToLong(Round::failedOtherwise).sum(),
                rounds.stream().mapToLong(Round::notBegun).sum(),
                rounds);
    }

    private static List<Double> values(List<Round> rounds, ToDoubleFunction<Round> figure) {
        return rounds.stream().map(figure::applyAsDouble).toList();
    }

    @Override
    public String who() {
        return system + " under overload";
    }

    /** None: what fails under overload is what is measured, and does not make the figures worthless. */
    @Override
    public long failed() {
        return 0;
    }
}
