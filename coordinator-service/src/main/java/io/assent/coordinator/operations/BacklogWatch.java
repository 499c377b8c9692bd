package io.assent.coordinator.operations;

import io.assent.coordinator.engine.TransactionSearch;
import io.assent.coordinator.engine.TransactionSearch.Backlog;
import io.assent.coordinator.engine.TransactionSearch.Undelivered;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * What waits in the logs, for metrics: it is there whichever instance has made it and whether that one still lives, and
 * it ends when the matter does. Looks on a thread of its own, never while somebody scrapes. Thread-safe.
 */
final class BacklogWatch implements MeterBinder, SmartLifecycle, AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(BacklogWatch.class);

    private final TransactionSearch search;
    private final InstantSource clock;
    private final Duration interval;
    private final ScheduledThreadPoolExecutor looks;
    private volatile @Nullable Backlog latest;
    private volatile boolean running;
    private @Nullable ScheduledFuture<?> next;
    private boolean failing;

    BacklogWatch(TransactionSearch search, InstantSource clock, BacklogProperties properties) {
        this.search = search;
        this.clock = clock;
        this.interval = properties.interval();
        this.looks = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "assent-backlog");
            thread.setDaemon(true);
            return thread;
        });
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        Gauge.builder("assent.unacknowledged", this, known(BacklogWatch::branches))
                .description(
                        "Branches that are decided and whose order was not acknowledged, in all logs that can be asked")
                .register(registry);
        TimeGauge.builder("assent.unacknowledged.oldest", this, TimeUnit.SECONDS, known(this::oldest))
                .description("Time since the oldest of them was decided")
                .register(registry);
        Gauge.builder("assent.heuristics.open", this, known(Backlog::heuristics))
                .description(
                        "Transactions of which a branch has ended against the decision, and that wait for a person")
                .register(registry);
    }

    /** What is not known is no number: a rule that compares it does not fire, and one for its absence can. */
    private static ToDoubleFunction<BacklogWatch> known(ToDoubleFunction<Backlog> number) {
        return watch -> {
            Backlog backlog = watch.latest;
            return backlog == null ? Double.NaN : number.applyAsDouble(backlog);
        };
    }

    private static double branches(Backlog backlog) {
        return backlog.undelivered().stream().mapToLong(Undelivered::branches).sum();
    }

    private double oldest(Backlog backlog) {
        Instant now = clock.instant();
        return backlog.undelivered().stream()
                .map(Undelivered::oldestSince)
                .min(Comparator.naturalOrder())
                .map(since -> Math.max(0, Duration.between(since, now).toMillis() / 1000.0))
                .orElse(0.0);
    }

    private void look() {
        try {
            // Without a log that cannot be asked; that there is one shows in a metric of its own.
            latest = search.backlog();
            failing = false;
        } catch (RuntimeException e) {
            latest = null;
            if (!failing && running) {
                log.warn(
                        "What waits in the logs is not known now ({}); its metrics are NaN until the next look in {}",
                        e.toString(),
                        interval);
            }
            failing = true;
        }
    }

    @Override
    public synchronized void start() {
        if (next == null) {
            running = true;
            next = looks.scheduleWithFixedDelay(this::look, 0, interval.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    /** May be started again. */
    @Override
    public synchronized void stop() {
        running = false;
        if (next != null) {
            next.cancel(true);
            next = null;
        }
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public void close() {
        stop();
        looks.shutdownNow();
    }
}
