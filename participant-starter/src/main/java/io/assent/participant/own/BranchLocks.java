package io.assent.participant.own;

import io.assent.protocol.BranchId;
import io.assent.protocol.TransactionId;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** One thread of this process at a time for each branch. Thread-safe. */
final class BranchLocks {

    private final Map<Key, Lock> locks = new ConcurrentHashMap<>();

    private record Key(TransactionId transaction, BranchId branch) {}

    /** Semaphore: a lock of its own for each key, without an owner. */
    private static final class Lock {
        private final Semaphore free = new Semaphore(1);
        /** Who holds it or waits for it; changed within the map's own lock for the key only. */
        private int users;
    }

    /** Gives it back. */
    interface Held extends AutoCloseable {
        @Override
        void close();
    }

    /** Somebody else has held it all the time. */
    static final class BusyException extends Exception {
        BusyException(String message) {
            super(message);
        }
    }

    /** @throws BusyException if it is not free within {@code wait}, or the thread is interrupted */
    Held take(TransactionId transaction, BranchId branch, Duration wait) throws BusyException {
        Key key = new Key(transaction, branch);
        Lock lock = locks.compute(key, (same, existing) -> {
            Lock used = existing == null ? new Lock() : existing;
            used.users++;
            return used;
        });
        boolean taken = false;
        try {
            taken = lock.free.tryAcquire(wait.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            if (!taken) {
                leave(key);
            }
        }
        if (!taken) {
            throw new BusyException("another order or call is at work on the branch");
        }
        return () -> {
            lock.free.release();
            leave(key);
        };
    }

    /** How many branches somebody works on; for tests. */
    int size() {
        return locks.size();
    }

    private void leave(Key key) {
        locks.computeIfPresent(key, (same, lock) -> --lock.users == 0 ? null : lock);
    }
}
