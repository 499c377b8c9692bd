package io.assent.benchmarks.kinds;

import java.util.List;

/** Sums over rounds. */
final class Figures {

    private Figures() {}

    /** NaN if there are none, or one of them is. */
    static double median(List<Double> values) {
        return quantile(values, 0.5);
    }

    /**
     * How far the middle half of the values lies apart, as a part of their median: one round that was disturbed does not show,
     * two of five do. NaN if there are none, or their median is 0.
     */
    static double spread(List<Double> values) {
        double median = median(values);
        return median == 0 ? Double.NaN : (quantile(values, 0.75) - quantile(values, 0.25)) / median;
    }

    /** Between two values it is interpolated; {@code part} is 0 to 1. */
    static double quantile(List<Double> values, double part) {
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
