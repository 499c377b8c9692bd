package io.assent.benchmarks.checkout;

import io.assent.benchmarks.figures.Figures;
import io.assent.benchmarks.figures.Flushes;
import io.assent.benchmarks.figures.Latencies;
import io.assent.benchmarks.figures.Limits;
import io.assent.benchmarks.figures.Sample;
import io.assent.benchmarks.figures.Tables;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * What was found out about one system with one number of clients. Each figure is the median of its slices; a ratio is formed
 * with the slices of the floor just before and just after it, so that what drifts does not show in it.
 *
 * @param system its name
 * @param floor the name of what it is compared with; its own if it is a floor
 * @param clients that worked at once
 * @param rateToFloor transactions a second against the floor
 * @param p50ToFloor half of the transactions took no longer, against the floor
 * @param p99ToFloor 99 of 100 took no longer, against the floor
 * @param cpuToFloor CPU time for one transaction without the client's, against the floor
 * @param settledCpuToFloor the same, with neither one's compilers
 * @param spread of {@code rateToFloor} over the rounds, see {@link Figures#spread}; for a floor, of its rate
 * @param perSecond transactions a second
 * @param p50Millis half took no longer
 * @param p99Millis 99 of 100 took no longer
 * @param cpuMillis for one transaction
 * @param flushes for one transaction
 * @param walBytes for one transaction
 * @param requests HTTP requests that were served for one transaction, the client's own included; NaN: not known
 * @param committed in all slices
 * @param failed in all slices
 * @param latencies of those that committed
 * @param rounds what the figures are made of
 * @param ratios of each of the rounds to its floor
 */
record CheckoutResult(
        String system,
        String floor,
        int clients,
        double rateToFloor,
        double p50ToFloor,
        double p99ToFloor,
        double cpuToFloor,
        double settledCpuToFloor,
        double spread,
        double perSecond,
        double p50Millis,
        double p99Millis,
        Sample.Cpu cpuMillis,
        Flushes flushes,
        Sample.WalBytes walBytes,
        double requests,
        long committed,
        long failed,
        Latencies latencies,
        List<Sample> rounds,
        List<Ratios> ratios)
        implements Limits.Judged {

    /**
     * One round against the floor just before and just after it.
     *
     * @param rate transactions a second
     * @param p50 half took no longer
     * @param p99 99 of 100 took no longer
     * @param cpu CPU time for one transaction without the client's
     * @param settledCpu the same, with neither one's compilers
     */
    record Ratios(double rate, double p50, double p99, double cpu, double settledCpu) {

        private static Ratios of(Between slice) {
            return new Ratios(
                    slice.ratio(Sample::perSecond),
                    slice.ratio(Sample::p50),
                    slice.ratio(Sample::p99),
                    slice.ratio(sample -> sample.cpu().measured()),
                    slice.ratio(sample -> sample.cpu().settled()));
        }
    }

    /**
     * A slice between two of its floor.
     *
     * @param sample the slice
     * @param before the floor before it
     * @param after the floor after it
     */
    record Between(Sample sample, Sample before, Sample after) {

        /** Of a floor itself. */
        static Between itself(Sample sample) {
            return new Between(sample, sample, sample);
        }

        private double ratio(ToDoubleFunction<Sample> figure) {
            double floor = (figure.applyAsDouble(before) + figure.applyAsDouble(after)) / 2;
            return figure.applyAsDouble(sample) / floor;
        }
    }

    CheckoutResult {
        rounds = List.copyOf(rounds);
        ratios = List.copyOf(ratios);
    }

    static CheckoutResult of(
            CheckoutSystem system, int clients, List<Between> slices, Flushes flushes, double requests) {
        List<Sample> rounds = slices.stream().map(Between::sample).toList();
        boolean isFloor = system.floor().equals(system.name());
        List<Ratios> ratios = slices.stream().map(Ratios::of).toList();
        List<Double> rates = values(ratios, Ratios::rate);
        return new CheckoutResult(
                system.name(),
                system.floor(),
                clients,
                Figures.median(rates),
                Figures.median(values(ratios, Ratios::p50)),
                Figures.median(values(ratios, Ratios::p99)),
                Figures.median(values(ratios, Ratios::cpu)),
                Figures.median(values(ratios, Ratios::settledCpu)),
                Figures.spread(isFloor ? Figures.values(rounds, Sample::perSecond) : rates),
                Figures.median(rounds, Sample::perSecond),
                Figures.median(rounds, Sample::p50),
                Figures.median(rounds, Sample::p99),
                Sample.Cpu.median(rounds),
                flushes,
                Sample.WalBytes.median(rounds),
                requests,
                rounds.stream().mapToLong(Sample::committed).sum(),
                rounds.stream().mapToLong(Sample::failed).sum(),
                Latencies.median(rounds),
                rounds,
                ratios);
    }

    @Override
    public String who() {
        return system + " with " + Tables.clients(clients);
    }

    private static List<Double> values(List<Ratios> ratios, ToDoubleFunction<Ratios> figure) {
        return ratios.stream().map(figure::applyAsDouble).toList();
    }
}
