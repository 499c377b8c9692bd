package io.assent.benchmarks.scale;

import io.assent.benchmarks.figures.Figures;
import io.assent.benchmarks.figures.Limits;
import io.assent.benchmarks.figures.Sample;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * What one candidate has done. Each figure is the median of its rounds, the counts are sums.
 *
 * @param name of the candidate
 * @param clients that loaded it at once
 * @param baseline what it is compared with; its own name: nothing
 * @param rateToBaseline transactions a second against the baseline's before and after
 * @param p99ToBaseline the same of what 99 of 100 do not exceed
 * @param spread of {@code rateToBaseline} over the rounds, for a baseline of its own rate; see {@link Figures#spread}
 * @param perSecond transactions a second
 * @param p50Millis half of them took no longer
 * @param p99Millis 99 of 100 took no longer
 * @param coordinatorCpuMillis CPU time of all coordinators for one transaction; NaN: not known
 * @param storesCpuMillis CPU time of the PostgreSQL servers of the logs for one transaction; NaN: not known
 * @param batch decisions in one statement; NaN: there are none
 * @param committed how many
 * @param failed how many did not
 * @param rounds what the figures are made of
 */
record ThroughputResult(
        String name,
        int clients,
        String baseline,
        double rateToBaseline,
        double p99ToBaseline,
        double spread,
        double perSecond,
        double p50Millis,
        double p99Millis,
        double coordinatorCpuMillis,
        double storesCpuMillis,
        double batch,
        long committed,
        long failed,
        List<Round> rounds)
        implements Limits.Judged {

    /**
     * A slice between two of the baseline.
     *
     * @param sample of the candidate
     * @param batch decisions in one statement; NaN: there were none
     * @param before of the baseline
     * @param after of the baseline
     */
    record Round(Sample sample, double batch, Sample before, Sample after) implements Limits.Round {

        /** Of a baseline: compared with itself. */
        static Round alone(Sample sample, double batch) {
            return new Round(sample, batch, sample, sample);
        }

        @Override
        public long committed() {
            return sample.committed();
        }

        @Override
        public @Nullable String failure() {
            return sample.failure();
        }

        double toBaseline(ToDoubleFunction<Sample> figure) {
            double baseline = (figure.applyAsDouble(before) + figure.applyAsDouble(after)) / 2;
            return figure.applyAsDouble(sample) / baseline;
        }
    }

    ThroughputResult {
        rounds = List.copyOf(rounds);
    }

    /** @param baseline what it is compared with; its own name: nothing */
    static ThroughputResult of(String name, int clients, String baseline, List<Round> rounds) {
        List<Double> ratios = values(rounds, round -> round.toBaseline(Sample::perSecond));
        List<Double> rates = values(rounds, round -> round.sample().perSecond());
        return new ThroughputResult(
                name,
                clients,
                baseline,
                Figures.median(ratios),
                Figures.median(values(rounds, round -> round.toBaseline(Sample::p99))),
                Figures.spread(name.equals(baseline) ? rates : ratios),
                Figures.median(rates),
                Figures.median(values(rounds, round -> round.sample().p50())),
                Figures.median(values(rounds, round -> round.sample().p99())),
                Figures.median(values(rounds, round -> round.sample().cpu().coordinator())),
                Figures.median(values(rounds, round -> round.sample().cpu().stores())),
                Figures.median(values(rounds, Round::batch)),
                rounds.stream().mapToLong(Round::committed).sum(),
                rounds.stream().mapToLong(round -> round.sample().failed()).sum(),
                rounds);
    }

    private static List<Double> values(List<Round> rounds, ToDoubleFunction<Round> figure) {
        return rounds.stream().map(figure::applyAsDouble).toList();
    }

    @Override
    public String who() {
        return name + " with " + clients + (clients == 1 ? " client" : " clients");
    }
}
