package io.assent.participant.engine;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntSupplier;

/**
 * Keeps the database server's places for prepared transactions from running out: an execution comes in only while what is
 * prepared there and what runs here, and may still be prepared, leave a place for it. Otherwise it would do all of its work
 * and fail in the end.
 *
 * <p>What is prepared is counted in the database, since other processes end branches, and prepare some. Between two counts
 * every execution that came in is taken for prepared. So the sum is too high rather than too low, and the database is asked
 * only when it reaches the limit: not at all at low load, and never by two threads at once.
 *
 * <p>Thread-safe.
 */
public final class PreparedSlots {

    /** Long against a count, short against a wait. */
    private static final Duration BETWEEN_COUNTS = Duration.ofMillis(20);

    private final int limit;
    private final IntSupplier prepared;
    private final IntSupplier heldOpen;
    private final InstantSource clock;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition counted = lock.newCondition();
    private int running;

    /** What was prepared, running and open at the last count. */
    private int base;

    private int since;
    private int sinceCountBegan;
    private boolean counting;

    /**
     * @param limit how many executions may be prepared or running, 1 or more
     * @param prepared counts the transactions that are prepared in the whole server; throws {@link BranchResourceException}
     * @param heldOpen counts the branches that this process holds open between calls
     * @param clock for how long somebody waits
     */
    public PreparedSlots(int limit, IntSupplier prepared, IntSupplier heldOpen, InstantSource clock) {
        this.limit = limit;
        // A process that was killed has left some behind: the first one counts.
        this.base = limit;
        this.prepared = prepared;
        this.heldOpen = heldOpen;
        this.clock = clock;
    }

    /** How many executions may be prepared or running. */
    public int limit() {
        return limit;
    }

    /**
     * Takes a place for one execution, to be given back with {@link #leave} when its call is over.
     *
     * @param patience how long to wait for one
     * @return whether there was one; also true if the database cannot be asked, which the work itself will find out
     */
    boolean enter(Duration patience) {
        Instant until = clock.instant().plus(patience);
        boolean heardACount = false;
        lock.lock();
        try {
            while (true) {
                if (base + since < limit) {
                    come();
                    return true;
                }
                boolean others = counting;
                if (!others && !count()) {
                    come();
                    return true;
                }
                if (!others && base + since < limit) {
                    continue;
                }
                Duration left = Duration.between(clock.instant(), until);
                boolean over = left.isNegative() || left.isZero();
                if (over && (heardACount || !others)) {
                    return false;
                }
                heardACount |= others;
                // A count that is under way is waited for even without patience: it is what tells.
                Duration wait = over || (!others && left.compareTo(BETWEEN_COUNTS) > 0) ? BETWEEN_COUNTS : left;
                long nanos = wait.toNanos();
                while (nanos > 0 && (counting || !others) && base + since >= limit) {
                    nanos = counted.awaitNanos(nanos);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }

    /** The call is over: what it may have prepared is counted in the database from now on. */
    void leave() {
        lock.lock();
        try {
            running--;
        } finally {
            lock.unlock();
        }
    }

    private void come() {
        running++;
        since++;
        sinceCountBegan++;
    }

    /** Gives the lock up meanwhile; whether the database answered. */
    private boolean count() {
        counting = true;
        sinceCountBegan = 0;
        int there = running + heldOpen.getAsInt();
        boolean answered = false;
        int found = 0;
        lock.unlock();
        try {
            found = prepared.getAsInt();
            answered = true;
        } catch (BranchResourceException e) {
            // Nothing is known, so nothing is held against anybody.
        } finally {
            lock.lock();
            counting = false;
            if (answered) {
                base = found + there;
                since = sinceCountBegan;
            }
            counted.signalAll();
        }
        return answered;
    }
}
