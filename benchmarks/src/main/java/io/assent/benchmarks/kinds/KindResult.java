package io.assent.benchmarks.kinds;

import io.assent.benchmarks.figures.Figures;
import io.assent.benchmarks.figures.Flushes;
import io.assent.benchmarks.figures.Limits;
import io.assent.benchmarks.figures.Sample;
import io.assent.benchmarks.figures.Tables;
import java.util.List;

/**
 * What was found out about one kind with one number of clients. Each figure is the median of the rounds; a ratio is formed
 * within a round, with the floor of the same round, so that what drifts from round to round does not show in it.
 *
 * @param kind its name
 * @param clients that worked at once
 * @param rateToFloor transactions a second against the floor
 * @param p50ToFloor half of the transactions took no longer, against the floor
 * @param p99ToFloor 99 of 100 took no longer, against the floor
 * @param spread of {@code rateToFloor} over the rounds, see {@link Figures#spread}; for the floor, of its rate
 * @param perSecond transactions a second
 * @param p50Millis half took no longer
 * @param p99Millis 99 of 100 took no longer
 * @param cpuMillis for one transaction
 * @param flushes for one transaction
 * @param walBytes for one transaction
 * @param committed in all rounds
 * @param failed in all rounds
 * @param rounds what the figures are made of
 */
record KindResult(
        String kind,
        int clients,
        double rateToFloor,
        double p50ToFloor,
        double p99ToFloor,
        double spread,
        double perSecond,
        double p50Millis,
        double p99Millis,
        Sample.Cpu cpuMillis,
        Flushes flushes,
        Sample.WalBytes walBytes,
        long committed,
        long failed,
        List<Sample> rounds)
        implements Limits.Judged {

    KindResult {
        rounds = List.copyOf(rounds);
    }

    @Override
    public String who() {
        return kind + " with " + Tables.clients(clients);
    }

    /** @param floor the floor's rounds, as many as {@code rounds} */
    static KindResult of(Kind kind, int clients, List<Sample> rounds, List<Sample> floor, Flushes flushes) {
        List<Double> ratios = Figures.ratios(rounds, floor, Sample::perSecond);
        return new KindResult(
                kind.name(),
                clients,
                Figures.median(ratios),
                Figures.median(Figures.ratios(rounds, floor, Sample::p50)),
                Figures.median(Figures.ratios(rounds, floor, Sample::p99)),
                Figures.spread(kind == Kinds.FLOOR ? Figures.values(rounds, Sample::perSecond) : ratios),
                Figures.median(rounds, Sample::perSecond),
                Figures.median(rounds, Sample::p50),
                Figures.median(rounds, Sample::p99),
                Sample.Cpu.median(rounds),
                flushes,
                Sample.WalBytes.median(rounds),
                rounds.stream().mapToLong(Sample::committed).sum(),
                rounds.stream().mapToLong(Sample::failed).sum(),
                rounds);
    }
}
