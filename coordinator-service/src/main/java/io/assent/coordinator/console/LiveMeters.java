package io.assent.coordinator.console;

import io.assent.coordinator.console.LiveNumbers.Spent;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.distribution.CountAtBucket;
import io.micrometer.core.instrument.distribution.HistogramSnapshot;
import io.micrometer.core.instrument.search.Search;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Reads the meters that the engine has anyway, over all logs of this instance. Nothing is measured for the console alone,
 * so a transaction costs the same whether somebody watches or not. Thread-safe.
 */
final class LiveMeters implements Supplier<LiveNumbers> {

    private final MeterRegistry registry;
    private final InstantSource clock;
    private final Instant startedAt;

    LiveMeters(MeterRegistry registry, InstantSource clock) {
        this.registry = registry;
        this.clock = clock;
        this.startedAt = clock.instant();
    }

    @Override
    public LiveNumbers get() {
        Collection<Timer> commits = decisions("COMMIT");
        List<Double> bounds = bounds(commits);
        return new LiveNumbers(
                clock.instant().toString(),
                startedAt.toString(),
                bounds,
                spent(commits, bounds),
                spent(decisions("ROLLBACK"), bounds),
                spent(registry.find("assent.completion").timers(), bounds),
                counted("assent.begun"),
                counted("assent.redeliveries"),
                counted("assent.heuristics"),
                counted("assent.indeterminate"),
                counted("assent.recovered"),
                counted("assent.admission.refused"),
                now("assent.in.flight"),
                now("assent.undecided"),
                now("assent.redelivering"));
    }

    /** Those that this instance wrote; one that was found written is counted by whoever wrote it. */
    private Collection<Timer> decisions(String decision) {
        Search search = registry.find("assent.decision");
        return search.tag("decision", decision).tag("won", "true").timers();
    }

    /** All timers that are shown have the same buckets. */
    private static List<Double> bounds(Collection<Timer> timers) {
        return timers.stream()
                .findFirst()
                .map(timer -> Arrays.stream(timer.takeSnapshot().histogramCounts())
                        .map(bucket -> bucket.bucket(TimeUnit.MILLISECONDS))
                        .filter(Double::isFinite)
                        .toList())
                .orElse(List.of());
    }

    private static Spent spent(Collection<Timer> timers, List<Double> bounds) {
        long count = 0;
        double total = 0;
        double max = 0;
        long[] within = new long[bounds.size()];
        for (Timer timer : timers) {
            HistogramSnapshot snapshot = timer.takeSnapshot();
            count += snapshot.count();
            total += snapshot.total(TimeUnit.MILLISECONDS);
            max = Math.max(max, snapshot.max(TimeUnit.MILLISECONDS));
            for (CountAtBucket bucket : snapshot.histogramCounts()) {
                int at = bounds.indexOf(bucket.bucket(TimeUnit.MILLISECONDS));
                if (at >= 0) {
                    within[at] += (long) bucket.count();
                }
            }
        }
        return new Spent(count, total, max, Arrays.stream(within).boxed().toList());
    }

    private long counted(String name) {
        return Math.round(registry.find(name).counters().stream()
                .mapToDouble(Counter::count)
                .sum());
    }

    /** A gauge whose engine has just ended shows NaN, which counts as none. */
    private long now(String name) {
        return Math.round(registry.find(name).gauges().stream()
                .mapToDouble(Gauge::value)
                .filter(Double::isFinite)
                .sum());
    }
}
