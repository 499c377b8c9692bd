package io.assent.benchmarks.load;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Clients that do something again and again. No two of them ever work on the same row, so that nobody waits for a lock.
 *
 * <p>In a closed loop each begins anew when it has its answer. In an open one each has a timetable, and latency counts from the
 * time at which it should have begun: what had to wait because of a slow answer is charged to that answer.
 */
public final class Load {

    private static final long HIGHEST_MICROS = Duration.ofMinutes(1).toNanos() / 1000;

    private final String run = UUID.randomUUID().toString().substring(0, 8);
    private final AtomicLong keys = new AtomicLong();

    /** What the clients of one load find out together. */
    private static final class Tally {

        private final Histogram micros = new ConcurrentHistogram(HIGHEST_MICROS, 3);
        private final AtomicLong failed = new AtomicLong();
        private final AtomicLong refused = new AtomicLong();
        private final AtomicLong notBegun = new AtomicLong();
        private final AtomicReference<@Nullable String> failure = new AtomicReference<>();

        void committed(long nanos) {
            micros.recordValue(Math.min(HIGHEST_MICROS, nanos / 1000));
        }

        void failed(String why) {
            failed.incrementAndGet();
            failure.compareAndSet(null, why);
        }
    }

    /** In a closed loop, with so many clients for this long; what has begun is finished. */
    public Slice run(Operation operation, int clients, Duration duration) throws InterruptedException {
        return run(operation, clients, duration, 0);
    }

    /**
     * As the closed loop, but by a timetable; what could not even begin before the end counts as failed.
     *
     * @param offeredPerSecond how many all clients together should begin each second; 0: a closed loop
     */
    public Slice run(Operation operation, int clients, Duration duration, double offeredPerSecond)
            throws InterruptedException {
        operation.startAfresh();
        Tally tally = new Tally();
        CountDownLatch start = new CountDownLatch(1);
        ExecutorService threads = Executors.newFixedThreadPool(clients);
        try {
            List<Future<?>> done = new ArrayList<>();
            for (int client = 0; client < clients; client++) {
                int first = client;
                done.add(threads.submit(() -> {
                    start.await();
                    if (offeredPerSecond == 0) {
                        closed(operation, first, clients, duration, tally);
                    } else {
                        open(operation, first, clients, duration, 1e9 / offeredPerSecond, tally);
                    }
                    return null;
                }));
            }
            long begun = System.nanoTime();
            start.countDown();
            for (Future<?> each : done) {
                each.get();
            }
            return new Slice(
                    tally.micros,
                    tally.failed.get(),
                    tally.refused.get(),
                    tally.notBegun.get(),
                    Duration.ofNanos(System.nanoTime() - begun),
                    tally.failure.get());
        } catch (ExecutionException e) {
            throw new IllegalStateException("The load could not be made: " + e.getCause(), e.getCause());
        } finally {
            threads.shutdownNow();
        }
    }

    private void closed(Operation operation, int first, int clients, Duration duration, Tally tally) {
        int rows = rows(operation, clients);
        long end = System.nanoTime() + duration.toNanos();
        for (int row = first; System.nanoTime() < end; row = (row + clients) % rows) {
            once(operation, row, System.nanoTime(), tally);
        }
    }

    private void open(Operation operation, int first, int clients, Duration duration, double nanosBetween, Tally tally)
            throws InterruptedException {
        int rows = rows(operation, clients);
        long begin = System.nanoTime();
        int row = first;
        // This client's turns of the common timetable.
        for (long turn = first; turn * nanosBetween < duration.toNanos(); turn += clients) {
            long due = begin + (long) (turn * nanosBetween);
            long now = System.nanoTime();
            if (now - begin >= duration.toNanos()) {
                tally.notBegun.incrementAndGet();
                tally.failed("more were offered than it could do: not begun in time");
                continue;
            }
            TimeUnit.NANOSECONDS.sleep(due - now);
            once(operation, row, due, tally);
            row = (row + clients) % rows;
        }
    }

    /** A multiple of the clients, so that each keeps to rows of its own when it begins again. */
    private static int rows(Operation operation, int clients) {
        return operation.rows() - operation.rows() % clients;
    }

    private void once(Operation operation, int row, long begun, Tally tally) {
        String key = run + "-" + keys.incrementAndGet();
        try {
            operation.run(row, key);
            tally.committed(System.nanoTime() - begun);
        } catch (TransactionFailedException e) {
            if (e.isRefused()) {
                tally.refused.incrementAndGet();
            }
            tally.failed(e.toString());
        } catch (IOException | IllegalArgumentException e) {
            tally.failed(e.toString());
        }
    }
}
