package io.assent.benchmarks.figures;

import io.assent.benchmarks.load.Slice;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A distribution of latencies: so many of 100 transactions took no longer.
 *
 * @param millis for each of {@link #PERCENTILES}; NaN: nothing has committed
 */
public record Latencies(List<Double> millis) {

    /** The last is the slowest of all. */
    public static final List<Double> PERCENTILES = List.of(10.0, 25.0, 50.0, 75.0, 90.0, 95.0, 99.0, 99.5, 99.9, 100.0);

    public Latencies {
        if (millis.size() != PERCENTILES.size()) {
            throw new IllegalArgumentException(millis.size() + " instead of " + PERCENTILES.size());
        }
        millis = List.copyOf(millis);
    }

    static Latencies of(Slice slice) {
        return new Latencies(PERCENTILES.stream().map(slice::millis).toList());
    }

    /** Each percentile's median over these rounds. */
    public static Latencies median(List<Sample> rounds) {
        return new Latencies(IntStream.range(0, PERCENTILES.size())
                .mapToObj(place -> Figures.median(
                        rounds, sample -> sample.latencies().millis().get(place)))
                .toList());
    }
}
