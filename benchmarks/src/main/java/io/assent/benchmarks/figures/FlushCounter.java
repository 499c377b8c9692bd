package io.assent.benchmarks.figures;

import io.assent.benchmarks.load.Slice;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * Counts flushes in turns of their own. PostgreSQL's processes tell what they have flushed a moment later, and who came next in
 * a round would be charged for it. For one thread.
 */
public final class FlushCounter {

    /** A turn of load. */
    @FunctionalInterface
    public interface Turn {

        Slice run() throws InterruptedException;
    }

    private final Supplier<WalCounters> counters;
    private final Duration settle;
    private final WalCounters idle;
    private final Duration idleWindow;

    /**
     * Waits and looks what is flushed while nothing happens, which takes twice {@code settle}.
     *
     * @param settle how long until everything has been told
     */
    public FlushCounter(Supplier<WalCounters> counters, Duration settle) throws InterruptedException {
        this.counters = counters;
        this.settle = settle;
        settle();
        WalCounters first = counters.get();
        long idleSince = System.nanoTime();
        settle();
        this.idle = counters.get().minus(first);
        this.idleWindow = Duration.ofNanos(System.nanoTime() - idleSince);
    }

    /** For one transaction of this turn. */
    public Flushes count(Turn turn) throws InterruptedException {
        WalCounters before = counters.get();
        long since = System.nanoTime();
        Slice slice = turn.run();
        settle();
        WalCounters written = counters.get().minus(before);
        Duration window = Duration.ofNanos(System.nanoTime() - since);
        return Flushes.of(written, window, idle, idleWindow, slice.committed());
    }

    private void settle() throws InterruptedException {
        Thread.sleep(settle.toMillis());
    }
}
