package io.assent.coordinator.log;

import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Whether the log can decide now, as far as the last heartbeat tells. It chooses only whether something is tried: what was
 * tried is clean or not by what the write itself returned. Thread-safe; does not block.
 */
final class Availability {

    private final long overdueNanos;
    private final LongSupplier nanoTime;
    private volatile State state = new State(false, 0, null, true, null);

    /**
     * @param waiting whether a heartbeat is under way
     * @param since when it was sent, or when the last one ended
     * @param failure why the last one that ended had failed; null: it had not
     * @param reachable whether there is a primary to ask
     * @param diagnosis what was found out about the one under way
     */
    private record State(
            boolean waiting,
            long since,
            @Nullable String failure,
            boolean reachable,
            @Nullable String diagnosis) {}

    Availability(Duration overdueAfter, LongSupplier nanoTime) {
        this.overdueNanos = overdueAfter.toNanos();
        this.nanoTime = nanoTime;
    }

    /** For a log without heartbeats: everything is tried. */
    static Availability always() {
        return new Availability(Duration.ofDays(1), System::nanoTime);
    }

    synchronized void sent() {
        State before = state;
        state = new State(true, nanoTime.getAsLong(), before.failure(), before.reachable(), null);
    }

    /** @return whether it was not available before */
    synchronized boolean returned() {
        boolean recovered = cannotWrite() != null;
        state = new State(false, nanoTime.getAsLong(), null, true, null);
        return recovered;
    }

    /** @param reachable whether reading may still be tried */
    synchronized void failed(String reason, boolean reachable) {
        state = new State(false, nanoTime.getAsLong(), reason, reachable, null);
    }

    /** What was found out about the heartbeat that is overdue; nothing happens if it is not any more. */
    synchronized void diagnosed(String diagnosis, boolean reachable) {
        State before = state;
        if (before.waiting()) {
            state = new State(true, before.since(), before.failure(), reachable, diagnosis);
        }
    }

    /** Whether a heartbeat has been under way for too long. */
    boolean overdue() {
        return overdue(state);
    }

    private boolean overdue(State now) {
        return now.waiting() && nanoTime.getAsLong() - now.since() > overdueNanos;
    }

    /** Why nothing new is to be written; null: it may be tried. */
    @Nullable
    String cannotWrite() {
        State now = state;
        if (overdue(now)) {
            return now.diagnosis() != null
                    ? now.diagnosis()
                    : "a small write to the decision log has not returned for " + Duration.ofNanos(overdueNanos);
        }
        return now.failure();
    }

    /** Why reading is not to be tried either; null: it may be tried. */
    @Nullable
    String cannotRead() {
        String reason = cannotWrite();
        return reason == null || state.reachable() ? null : reason;
    }
}
