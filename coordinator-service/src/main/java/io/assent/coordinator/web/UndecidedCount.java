package io.assent.coordinator.web;

import io.assent.coordinator.engine.TransactionSearch;
import io.assent.coordinator.engine.TransactionSearch.Undecided;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * How many begun transactions each service has left undecided in the logs. Every instance counts them there for itself, on
 * threads of its own, so that a begin pays for a look into a map; what this instance has begun since is added. So the bound is
 * exact to within what all instances begin from one count to the next.
 *
 * <p>A log that cannot be counted keeps its last figures. What was begun here is added for two intervals at most, whatever
 * becomes of the counts: much of it is decided by then, and nobody would take it off again. Thread-safe; asking never blocks.
 */
final class UndecidedCount implements SmartLifecycle, AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(UndecidedCount.class);

    /** A count that took long is followed by a pause so many times as long: it takes a fifth of one connection's time. */
    private static final int PAUSES = 4;

    /** Unless that were longer. A log that hangs would leave the others uncounted for minutes. */
    private static final long LONGEST_PAUSE = Duration.ofSeconds(10).toNanos();

    private final TransactionSearch search;
    private final int most;
    private final Duration interval;
    private final LongSupplier nanos;
    private final ScheduledThreadPoolExecutor threads;

    /** By log and by service; touched by counts only, of which there is one at a time. */
    private final Map<String, Map<String, Long>> byLog = new ConcurrentHashMap<>();

    /** By service, what this instance has begun lately. */
    private final Map<String, Long> begun = new ConcurrentHashMap<>();

    private volatile Map<String, Long> counted = Map.of();
    private volatile boolean asked;
    private volatile boolean running;
    private @Nullable ScheduledFuture<?> next;
    private Map<String, Long> begunBefore = Map.of();
    private Map<String, Long> begunBeforeCount = Map.of();
    private boolean counting;
    private boolean failing;
    private long notBefore;

    /** @param nanos a clock that only differences are taken of, as {@link System#nanoTime} */
    UndecidedCount(TransactionSearch search, CallerSettings settings, LongSupplier nanos) {
        this.search = search;
        this.most = settings.maxUndecided();
        this.interval = settings.undecidedInterval();
        this.nanos = nanos;
        this.notBefore = nanos.getAsLong();
        this.threads = new ScheduledThreadPoolExecutor(2, task -> {
            Thread thread = new Thread(task, "assent-undecided");
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Whether a service may begin one more; if so it counts as begun. */
    boolean mayBegin(String service) {
        if (most == 0) {
            return true;
        }
        asked = true;
        long lately = add(service, 1);
        if (counted.getOrDefault(service, 0L) + lately <= most) {
            return true;
        }
        add(service, -1);
        return false;
    }

    /** What is 0 is forgotten: names of services are no fixed list. */
    private long add(String service, long number) {
        Long sum = begun.merge(service, number, (before, more) -> before + more == 0 ? null : before + more);
        return sum == null ? 0 : sum;
    }

    /**
     * An interval has passed.
     *
     * @return whether {@link #count} is to be called. Where nobody begins anything, and nobody has left anything undecided, there
     *     is nothing to count for. While somebody has, it goes on, so that who comes again after a pause is not refused for what
     *     has long been decided
     */
    synchronized boolean tick() {
        forgetBegunBefore();
        begunBefore = Map.copyOf(begun);
        boolean wanted = asked || !counted.isEmpty();
        if (!wanted || counting || nanos.getAsLong() - notBefore < 0) {
            return false;
        }
        asked = false;
        counting = true;
        begunBeforeCount = begunBefore;
        return true;
    }

    /** It is in the figures of a log, or too old. */
    private void forgetBegunBefore() {
        begunBefore.forEach((service, number) -> add(service, -number));
        begunBefore = Map.of();
    }

    void count() {
        long started = nanos.getAsLong();
        @Nullable RuntimeException failure = null;
        try {
            for (Undecided one : search.undecided()) {
                byLog.put(one.log(), one.byOwner());
            }
        } catch (RuntimeException e) {
            failure = e;
        }
        ended(started, failure);
    }

    private synchronized void ended(long started, @Nullable RuntimeException failure) {
        long ended = nanos.getAsLong();
        notBefore = ended + Math.min(PAUSES * (ended - started), LONGEST_PAUSE);
        counting = false;
        if (failure == null) {
            Map<String, Long> sums = new HashMap<>();
            byLog.values().forEach(ofLog -> ofLog.forEach((service, number) -> sums.merge(service, number, Long::sum)));
            counted = Map.copyOf(sums);
            failing = false;
            // Otherwise it is what was begun during the count, which may not have seen it.
            if (begunBefore == begunBeforeCount) {
                forgetBegunBefore();
            }
        } else if (!failing && running) {
            failing = true;
            log.warn(
                    "How many transactions each service has left undecided cannot be counted now ({}); until it can,"
                            + " assent.coordinator.callers.max-undecided holds for the last figures",
                    failure.toString());
        }
    }

    @Override
    public synchronized void start() {
        running = true;
        if (next == null && most > 0) {
            next = threads.scheduleWithFixedDelay(
                    () -> {
                        if (tick()) {
                            threads.execute(this::count);
                        }
                    },
                    interval.toMillis(),
                    interval.toMillis(),
                    TimeUnit.MILLISECONDS);
        }
    }

    /** May be started again. */
    @Override
    public synchronized void stop() {
        running = false;
        if (next != null) {
            next.cancel(false);
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
        threads.shutdownNow();
    }
}
