package io.assent.chaos.bank;

import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** Concurrent clients at a bounded rate. Thread-safe. */
final class Workload implements AutoCloseable {

    private static final Duration LONGEST_PAUSE = Duration.ofMillis(100);

    private final Plans plans;
    private final Addresses addresses;
    private final Path directory;
    private final long seed;
    private final long intervalNanos;
    private final Requests requests = new Requests();
    private final ExecutorService threads;
    private final List<Future<?>> clients = new ArrayList<>();
    private final AtomicLong done = new AtomicLong();
    private final AtomicIntegerArray unresolved;
    private volatile boolean stopped;
    private volatile long settleUntilNanos =
            System.nanoTime() + Duration.ofDays(365).toNanos();

    /**
     * @param clients how many, at least one
     * @param rate requests a second of all clients together, at most
     * @param seed of the choices that clients make by chance
     */
    Workload(Plans plans, Addresses addresses, Path directory, int clients, int rate, long seed) {
        this.plans = plans;
        this.addresses = addresses;
        this.directory = directory;
        this.seed = seed;
        this.intervalNanos = Duration.ofSeconds(clients).toNanos() / rate;
        this.threads = Executors.newFixedThreadPool(clients);
        this.unresolved = new AtomicIntegerArray(clients);
        for (int i = 1; i <= clients; i++) {
            int number = i;
            this.clients.add(threads.submit(() -> run(number)));
        }
    }

    /** How many plans were carried out so far. */
    long done() {
        return done.get();
    }

    /** How many transfers the clients do not know the outcome of now. */
    int unresolved() {
        int sum = 0;
        for (int i = 0; i < unresolved.length(); i++) {
            sum += unresolved.get(i);
        }
        return sum;
    }

    /** Whether every client has done all there was to do. */
    boolean isFinished() {
        return clients.stream().allMatch(Future::isDone);
    }

    /**
     * Lets nothing new begin and waits until every client knows what became of all it asked for, or the time is up.
     *
     * @throws IllegalStateException if a client failed
     */
    void settle(Duration patience) throws InterruptedException {
        settleUntilNanos = System.nanoTime() + patience.toNanos();
        stopped = true;
        for (Future<?> client : clients) {
            try {
                client.get();
            } catch (ExecutionException e) {
                throw new IllegalStateException("A client failed: " + e.getCause(), e.getCause());
            }
        }
    }

    private void run(int number) {
        try (HistoryLog history = new HistoryLog(directory, number, InstantSource.system())) {
            BankClient client = new BankClient(requests, addresses, history, new Random(seed ^ number));
            long next = System.nanoTime() + intervalNanos * number / unresolved.length();
            while (!stopped) {
                Plan plan = plans.next(number);
                if (plan == null) {
                    break;
                }
                next = pace(next);
                client.carryOut(plan);
                client.askAgain();
                unresolved.set(number - 1, client.unresolved());
                done.incrementAndGet();
            }
            finish(number, client);
        }
    }

    private void finish(int number, BankClient client) {
        while (client.unresolved() > 0
                && System.nanoTime() - settleUntilNanos < 0
                && !Thread.currentThread().isInterrupted()) {
            client.askAgain();
            unresolved.set(number - 1, client.unresolved());
            LockSupport.parkNanos(LONGEST_PAUSE.toNanos());
        }
    }

    /** Waits for the next slot; who is late does not catch up. */
    private long pace(long slot) {
        long now = System.nanoTime();
        while (now - slot < 0 && !stopped) {
            LockSupport.parkNanos(Math.min(slot - now, LONGEST_PAUSE.toNanos()));
            now = System.nanoTime();
        }
        return Math.max(slot, now - intervalNanos) + intervalNanos;
    }

    @Override
    public void close() {
        stopped = true;
        threads.shutdownNow();
    }
}
