package io.assent.benchmarks.figures;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** Sums over rounds. */
public final class Figures {

    private Figures() {}

    /** Each round's figure against the floor's of the same round. */
    public static List<Double> ratios(List<Sample> rounds, List<Sample> floor, ToDoubleFunction<Sample> figure) {
        List<Double> ratios = new ArrayList<>();
        for (int round = 0; round < rounds.size(); round++) {
            ratios.add(figure.applyAsDouble(rounds.get(round)) / figure.applyAsDouble(floor.get(round)));
        }
        return ratios;
    }

    public static double median(List<Sample> rounds, ToDoubleFunction<Sample> figure) {
        return median(values(rounds, figure));
    }

    public static List<Double> values(List<Sample> rounds, ToDoubleFunction<Sample> figure) {
        return rounds.stream().map(figure::applyAsDouble).toList();
    }

    /** NaN if there are none, or one of them is. */
    public static double median(List<Double> values) {
        return quantile(values, 0.5);
    }

    /**
     * How far the middle half of the values lies apart, as a part of their median: one round that was disturbed does not show,
     * two of five do. NaN if there are none, or their median is 0.
     */
    public static double spread(List<Double> values) {
        double median = median(values);
        return median == 0 ? Double.NaN : (quantile(values, 0.75) - quantile(values, 0.25)) / median;
    }

    /** Between two values it is interpolated; {@code part} is 0 to 1. */
    public static double quantile(List<Double> values, double part) {
        if (values.isEmpty() || values.stream().anyMatch(value -> Double.isNaN(value))) {
            return Double.NaN;
        }
        List<Double> sorted = values.stream().sorted().toList();
        double place = part * (sorted.size() - 1);
        int below = (int) Math.floor(place);
        int above = (int) Math.ceil(place);
        return sorted.get(below) + (place - below) * (sorted.get(above) - sorted.get(below));
    }
}
