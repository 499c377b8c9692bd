package io.assent.participant.engine;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Refuses work that this process could not bring to its end, before any of it is done: transactions that would start here,
 * and calls of others' transactions. What ends work is never refused: votes, orders, and calls that go on in an open branch.
 *
 * <p>Thread-safe.
 */
public final class Admission {

    private final Limits limits;
    private final @Nullable PreparedSlots slots;
    private final InstantSource clock;
    private final Semaphore transactions;
    private final Map<Refused, AtomicLong> refused = new EnumMap<>(Refused.class);

    /** Which bound was met. */
    public enum Refused {
        /** As many transactions as may be under way at once have been started here. */
        TRANSACTIONS,
        /** The database server has nearly no place left for a prepared transaction. */
        PREPARED
    }

    /**
     * @param maxConcurrent transactions that were started here and are not over, 1 or more
     * @param maxWaiting how many may wait for their turn to start; further ones are refused at once
     * @param startPatience how long they wait
     * @param callPatience how long a call waits for a place for its branch
     */
    public record Limits(int maxConcurrent, int maxWaiting, Duration startPatience, Duration callPatience) {}

    /** Came in; to be closed once, when all is over. For one thread. */
    public interface Permit extends AutoCloseable {

        /** The work is over: what it has prepared is counted in the database from now on, and not here as well. */
        void worked();

        @Override
        void close();
    }

    /** Nothing was started. */
    public static final class RefusedException extends RuntimeException {

        private final Refused why;

        RefusedException(Refused why, String message) {
            super(message, null, false, false);
            this.why = why;
        }

        /** The bound. */
        public Refused why() {
            return why;
        }
    }

    /** @param slots null where branches are not prepared in PostgreSQL */
    public Admission(Limits limits, @Nullable PreparedSlots slots, InstantSource clock) {
        this.limits = limits;
        this.slots = slots;
        this.clock = clock;
        this.transactions = new Semaphore(limits.maxConcurrent(), true);
        for (Refused why : Refused.values()) {
            refused.put(why, new AtomicLong());
        }
    }

    /**
     * A transaction is to start here.
     *
     * @throws RefusedException if there is no room within the patience
     */
    public Permit start() {
        Instant until = clock.instant().plus(limits.startPatience());
        if (!turn()) {
            throw refused(
                    Refused.TRANSACTIONS,
                    "this service is at work on " + limits.maxConcurrent()
                            + " transactions, as many as assent.transaction.max-concurrent allows");
        }
        Duration left = Duration.between(clock.instant(), until);
        if (slots != null && !slots.enter(left)) {
            transactions.release();
            throw nothingToPrepareIn(slots);
        }
        return new Place(transactions::release);
    }

    /**
     * A call of somebody's transaction has arrived that needs a branch of its own.
     *
     * @throws RefusedException if there is no room within the patience
     */
    public Permit call() {
        if (slots != null && !slots.enter(limits.callPatience())) {
            throw nothingToPrepareIn(slots);
        }
        return new Place(() -> {});
    }

    /** How many were refused for that reason; for metrics. */
    public long refused(Refused why) {
        return counter(why).get();
    }

    /** How many transactions that were started here are under way; for metrics. */
    public int underWay() {
        return limits.maxConcurrent() - transactions.availablePermits();
    }

    private boolean turn() {
        if (transactions.tryAcquire()) {
            return true;
        }
        if (transactions.getQueueLength() >= limits.maxWaiting()) {
            return false;
        }
        try {
            return transactions.tryAcquire(limits.startPatience().toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private final class Place implements Permit {

        private final Runnable over;
        private boolean working = true;

        Place(Runnable over) {
            this.over = over;
        }

        @Override
        public void worked() {
            if (working && slots != null) {
                slots.leave();
            }
            working = false;
        }

        @Override
        public void close() {
            worked();
            over.run();
        }
    }

    private RefusedException nothingToPrepareIn(PreparedSlots full) {
        return refused(
                Refused.PREPARED,
                "the database server's places for prepared transactions are in use, " + full.limit()
                        + " of them, as many as assent.participant.max-prepared allows");
    }

    private RefusedException refused(Refused why, String message) {
        counter(why).incrementAndGet();
        return new RefusedException(why, message);
    }

    private AtomicLong counter(Refused why) {
        return Objects.requireNonNull(refused.get(why), "there is one for every constant");
    }
}
