package io.assent.coordinator.console;

import io.assent.coordinator.console.LiveNumbers.Spent;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.search.Search;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
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
        return new LiveNumbers(
                clock.instant().toString(),
                startedAt.toString(),
                spent(decisions("COMMIT")),
                spent(decisions("ROLLBACK")),
                spent(registry.find("assent.completion").timers()),
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

    private static Spent spent(Collection<Timer> timers) {
        long count = 0;
        double total = 0;
        double max = 0;
        for (Timer timer : timers) {
            count += timer.count();
            total += timer.totalTime(TimeUnit.MILLISECONDS);
            max = Math.max(max, timer.max(TimeUnit.MILLISECONDS));
        }
        return new Spent(count, total, max);
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
