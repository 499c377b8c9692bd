package io.assent.benchmarks.flood;

import io.assent.benchmarks.figures.Figures;
import io.assent.benchmarks.figures.Limits;
import io.assent.benchmarks.load.Slice;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * What the neighbour noticed of one flood. Each figure is the median of its rounds, the counts are sums.
 *
 * @param flood its name
 * @param p50ToQuiet the median of the neighbour's transactions against those before and after the flood
 * @param p99ToQuiet the same of that which 99 of 100 do not exceed
 * @param spread of {@code p99ToQuiet} over the rounds, see {@link Figures#spread}
 * @param p50Millis in the flood, from when a transaction should have begun
 * @param p99Millis the same of that which 99 of 100 do not exceed
 * @param quietP50Millis before and after it
 * @param quietP99Millis the same of that which 99 of 100 do not exceed
 * @param floodPerSecond how many requests of the flooder were answered or cut off each second
 * @param coordinatorProcessors how many processors the coordinator kept busy in the flood; NaN: not known
 * @param quietCoordinatorProcessors the same before and after it
 * @param answers by status, what the flooder was answered; 0: nothing
 * @param committed transactions of the neighbour in the flood
 * @param failed those that did not commit
 * @param rounds what the figures are made of
 */
record FloodResult(
        String flood,
        double p50ToQuiet,
        double p99ToQuiet,
        double spread,
        double p50Millis,
        double p99Millis,
        double quietP50Millis,
        double quietP99Millis,
        double floodPerSecond,
        double coordinatorProcessors,
        double quietCoordinatorProcessors,
        Map<Integer, Long> answers,
        long committed,
        long failed,
        List<Round> rounds)
        implements Limits.Judged {

    /**
     * The neighbour's transactions of a few seconds.
     *
     * @param p50 in milliseconds; NaN: nothing has committed
     * @param p99 in milliseconds; NaN: nothing has committed
     * @param processors that the coordinator kept busy; NaN: not known
     * @param committed how many
     * @param failed how many did not
     * @param failure what one of those was answered; null: none failed
     */
    record Part(
            double p50,
            double p99,
            double processors,
            long committed,
            long failed,
            @Nullable String failure) {

        static Part of(Slice slice, double processors) {
            return new Part(
                    slice.millis(50), slice.millis(99), processors, slice.committed(), slice.failed(), slice.failure());
        }
    }

    /**
     * A flood between two quiet parts.
     *
     * @param flooded with it
     * @param before without it
     * @param after without it
     * @param floodPerSecond requests of the flooder that were answered or cut off each second
     * @param answers by status; 0: none
     */
    record Round(Part flooded, Part before, Part after, double floodPerSecond, Map<Integer, Long> answers)
            implements Limits.Round {

        Round {
            answers = Map.copyOf(answers);
        }

        @Override
        public long committed() {
            return flooded.committed();
        }

        @Override
        public @Nullable String failure() {
            return flooded.failure();
        }

        double quiet(ToDoubleFunction<Part> figure) {
            return (figure.applyAsDouble(before) + figure.applyAsDouble(after)) / 2;
        }

        double toQuiet(ToDoubleFunction<Part> figure) {
            return figure.applyAsDouble(flooded) / quiet(figure);
        }
    }

    FloodResult {
        rounds = List.copyOf(rounds);
    }

    static FloodResult of(Flood flood, List<Round> rounds) {
        List<Double> p99s = values(rounds, round -> round.toQuiet(Part::p99));
        Map<Integer, Long> answers = new TreeMap<>();
        rounds.forEach(round -> round.answers().forEach((status, number) -> answers.merge(status, number, Long::sum)));
        return new FloodResult(
                flood.text(),
                Figures.median(values(rounds, round -> round.toQuiet(Part::p50))),
                Figures.median(p99s),
                Figures.spread(p99s),
                Figures.median(values(rounds, round -> round.flooded().p50())),
                Figures.median(values(rounds, round -> round.flooded().p99())),
                Figures.median(values(rounds, round -> round.quiet(Part::p50))),
                Figures.median(values(rounds, round -> round.quiet(Part::p99))),
                Figures.median(values(rounds, Round::floodPerSecond)),
                Figures.median(values(rounds, round -> round.flooded().processors())),
                Figures.median(values(rounds, round -> round.quiet(Part::processors))),
                answers,
                rounds.stream().mapToLong(Round::committed).sum(),
                rounds.stream().mapToLong(round -> round.flooded().failed()).sum(),
                rounds);
    }

    private static List<Double> values(List<Round> rounds, ToDoubleFunction<Round> figure) {
        return rounds.stream().map(figure::applyAsDouble).toList();
    }

    @Override
    public String who() {
        return "the neighbour of " + flood;
    }
}
