package io.assent.chaos.points;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Measures how long something of a transaction is in doubt or unfinished, from its making on. */
final class DoubtWatch {

    private static final long POLL_MILLIS = 20;

    private final Callable<Boolean> over;
    private final CountDownLatch stop = new CountDownLatch(1);
    private final long start = System.nanoTime();
    private final Thread thread;
    private volatile long lastInDoubt = start;

    DoubtWatch(Callable<Boolean> over) {
        this.over = over;
        this.thread = new Thread(this::watch, "doubt-watch");
        thread.setDaemon(true);
        thread.start();
    }

    private void watch() {
        try {
            do {
                if (!isOver()) {
                    lastInDoubt = System.nanoTime();
                }
            } while (!stop.await(POLL_MILLIS, TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean isOver() {
        try {
            return over.call();
        } catch (Exception e) {
            // Who cannot look does not know.
            return false;
        }
    }

    /** Ends it; returns the time up to the last moment at which something was seen in doubt. */
    Duration end() throws InterruptedException {
        stop.countDown();
        thread.join();
        return Duration.ofNanos(lastInDoubt - start);
    }
}
