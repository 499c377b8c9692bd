package io.assent.benchmarks.kinds;

import io.assent.benchmarks.figures.Flushes;
import io.assent.benchmarks.figures.Latencies;
import io.assent.benchmarks.figures.Sample;
import java.util.Collections;
import java.util.List;
import java.util.stream.DoubleStream;

/** Rounds as if they had been measured. */
final class Samples {

    private static final Flushes FLUSHES = new Flushes(1, 0);
    private static final Sample.WalBytes BYTES = new Sample.WalBytes(400, 0);
    private static final Latencies LATENCIES = new Latencies(Collections.nCopies(Latencies.PERCENTILES.size(), 1.0));

    private Samples() {}

    static Sample at(double perSecond) {
        return new Sample(
                perSecond,
                1000 / perSecond,
                3000 / perSecond,
                100,
                0,
                null,
                new Sample.Cpu(1, 2, 3, 4, 0),
                BYTES,
                LATENCIES);
    }

    static Sample failing(long committed, long failed) {
        return new Sample(
                committed, 1, 1, committed, failed, "commit: 503", new Sample.Cpu(1, 2, 3, 4, 0), BYTES, LATENCIES);
    }

    static List<Sample> rounds(double... perSecond) {
        return DoubleStream.of(perSecond).mapToObj(Samples::at).toList();
    }

    static KindResult result(Kind kind, List<Sample> rounds, List<Sample> floor) {
        return KindResult.of(kind, 1, rounds, floor, FLUSHES);
    }
}
