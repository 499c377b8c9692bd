package io.assent.chaos.points;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Transfers that nobody disturbs on purpose, on accounts of their own, for as long as it is open. */
final class Background implements AutoCloseable {

    private static final Duration BETWEEN = Duration.ofMillis(250);
    private static final long OPENING = 1_000_000;

    private final Laboratory laboratory;
    private final String prefix = "g" + Long.toString(System.currentTimeMillis() % 100_000_000, 36);
    private final List<Shape.Leg> accounts = List.of(leg("bank-3", 0), leg("bank-2", 0));
    private final CountDownLatch stop = new CountDownLatch(1);
    private final AtomicInteger count = new AtomicInteger();
    private final ConcurrentLinkedQueue<Asked> asked = new ConcurrentLinkedQueue<>();
    private final Thread thread;

    private record Asked(String transfer, Answer answer) {}

    Background(Laboratory laboratory) throws IOException, InterruptedException {
        this.laboratory = laboratory;
        laboratory.client().open(accounts, OPENING);
        this.thread = new Thread(this::run, "background");
        thread.setDaemon(true);
        thread.start();
    }

    private Shape.Leg leg(String bank, long amount) {
        return new Shape.Leg(bank, List.of(new Shape.Entry(prefix, amount)), false);
    }

    private void run() {
        try {
            while (!stop.await(BETWEEN.toMillis(), TimeUnit.MILLISECONDS)) {
                String transfer = prefix + "." + count.incrementAndGet();
                Answer answer = laboratory
                        .client()
                        .carryOut(
                                Flow.COLLECTED,
                                "bank-3",
                                new Subject(transfer),
                                List.of(leg("bank-2", -1), leg("bank-3", 1)),
                                Duration.ofSeconds(5));
                asked.add(new Asked(transfer, answer));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** How many were asked for. */
    int count() {
        return asked.size();
    }

    @Override
    public void close() {
        stop.countDown();
        try {
            thread.join(60_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** After {@link #close()} and when everything is over: split outcomes and untrue answers. */
    List<String> violations() throws SQLException {
        List<String> violations = new ArrayList<>();
        for (Asked one : asked) {
            Map<String, Long> booked = laboratory.books().booked(one.transfer());
            boolean committed = booked.size() == 2;
            boolean untrue = one.answer().claim() == Answer.Claim.COMMITTED
                    ? !committed
                    : one.answer().claim() == Answer.Claim.ROLLED_BACK && !booked.isEmpty();
            if (booked.size() == 1 || untrue) {
                violations.add(
                        "background transfer " + one.transfer() + ", answered " + one.answer() + ", booked " + booked);
            }
        }
        return violations;
    }
}
