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
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/**
 * A closed loop: each client starts its next transaction when it has the answer to the last. No two of them ever work on the
 * same row, so that nobody waits for a lock.
 */
public final class Load {

    private static final long HIGHEST_MICROS = Duration.ofMinutes(1).toNanos() / 1000;

    private final Initiator initiator;
    private final String run = UUID.randomUUID().toString().substring(0, 8);
    private final AtomicLong keys = new AtomicLong();

    public Load(Initiator initiator) {
        this.initiator = initiator;
    }

    /** Loads with so many clients for this long; transactions that have begun are finished. */
    public Slice run(Flow flow, Work work, int clients, Duration duration) throws InterruptedException {
        // A multiple of the clients, so that each keeps to rows of its own when it begins again.
        int rows = work.rows() - work.rows() % clients;
        initiator.startAfresh();
        Histogram micros = new ConcurrentHistogram(HIGHEST_MICROS, 3);
        AtomicLong failed = new AtomicLong();
        AtomicReference<String> failure = new AtomicReference<>();
        CountDownLatch start = new CountDownLatch(1);
        ExecutorService threads = Executors.newFixedThreadPool(clients);
        try {
            List<Future<?>> done = new ArrayList<>();
            for (int client = 0; client < clients; client++) {
                int first = client;
                done.add(threads.submit(() -> {
                    start.await();
                    long end = System.nanoTime() + duration.toNanos();
                    for (int row = first; System.nanoTime() < end; row = (row + clients) % rows) {
                        String body = work.body().json(row, run + "-" + keys.incrementAndGet());
                        long begun = System.nanoTime();
                        try {
                            initiator.run(flow, work.url(), body);
                            micros.recordValue(Math.min(HIGHEST_MICROS, (System.nanoTime() - begun) / 1000));
                        } catch (IOException | TransactionFailedException | IllegalArgumentException e) {
                            failed.incrementAndGet();
                            failure.compareAndSet(null, e.toString());
                        }
                    }
                    return null;
                }));
            }
            long begun = System.nanoTime();
            start.countDown();
            for (Future<?> each : done) {
                each.get();
            }
            return new Slice(micros, failed.get(), Duration.ofNanos(System.nanoTime() - begun), failure.get());
        } catch (ExecutionException e) {
            throw new IllegalStateException("The load could not be made: " + e.getCause(), e.getCause());
        } finally {
            threads.shutdownNow();
        }
    }
}
