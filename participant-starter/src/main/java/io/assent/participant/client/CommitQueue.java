package io.assent.participant.client;

import io.assent.participant.engine.CoordinatorClient.CommitAnswer;
import io.assent.participant.engine.CoordinatorClient.CommitOrder;
import io.assent.participant.engine.CoordinatorClient.Told;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Commit requests of one process. While none is under way, each leaves at once and alone. While one is, they wait until it is
 * back, and whoever is woken takes along everything that has come together; so one commit costs one request, and load makes
 * the messages larger, not more. One that takes long holds nobody up for long: after a while the next one leaves all the
 * same, until there are as many under way as the limit allows. (Nagle's algorithm, RFC 896, with an end to the wait.)
 *
 * <p>Each commit has one turn here. What its message leaves open comes for another one, and keeps nobody's place meanwhile.
 * Whoever waits is woken by name, and only for what concerns it: its answer, or its turn to send. Otherwise each message would
 * wake everybody who waits, which under load costs more than the message.
 *
 * <p>Whenever there is room and somebody waits, one of those waits no longer than until it may send, has been woken to send,
 * or is about to come back from sending.
 *
 * <p>Thread-safe; starts no threads.
 */
final class CommitQueue {

    private final int maxUnderWay;
    private final int maxBatch;
    private final long lingerNanos;
    private final Function<List<CommitOrder>, List<Turn>> send;

    private final ReentrantLock lock = new ReentrantLock();
    private final Deque<Entry> waiting = new ArrayDeque<>();
    private int underWay;
    private long lastSent;

    private static final class Entry {
        final CommitOrder order;
        final boolean alone;
        final Condition changed;
        boolean sent;

        /** Its thread is busy with a message that this entry found no place in. */
        boolean sendsOthers;

        @Nullable
        Turn turn;

        Entry(CommitOrder order, boolean alone, Condition changed) {
            this.order = order;
            this.alone = alone;
            this.changed = changed;
        }
    }

    /**
     * What one message brought for one commit.
     *
     * @param answer null: nothing conclusive, it is to be sent again
     * @param detail why not
     * @param notBefore how long the coordinator wants to be left alone; zero: it did not say
     * @param alone whether it is to be sent by itself then, so that every instance is asked for it
     */
    record Turn(@Nullable CommitAnswer answer, String detail, Duration notBefore, boolean alone) {

        static Turn of(CommitAnswer answer) {
            return new Turn(answer, "", Duration.ZERO, false);
        }

        static Turn again(String detail, Duration notBefore, boolean alone) {
            return new Turn(null, detail, notBefore, alone);
        }
    }

    /**
     * @param maxUnderWay messages at once
     * @param maxBatch commits in one message
     * @param linger for how long after the last message nobody sends another one while one is under way; zero: not at all
     * @param send one message; answers in the order of the orders; must not throw
     */
    CommitQueue(int maxUnderWay, int maxBatch, Duration linger, Function<List<CommitOrder>, List<Turn>> send) {
        this.maxUnderWay = maxUnderWay;
        this.maxBatch = maxBatch;
        this.lingerNanos = linger.toNanos();
        this.send = send;
    }

    /**
     * Sends a commit as soon as there is room.
     *
     * @param alone whether in a message of its own
     * @param patience how long it waits for room
     * @return UNKNOWN if there was none, or if the thread was interrupted while it waited
     */
    Turn turn(CommitOrder order, boolean alone, Duration patience) {
        Entry entry = new Entry(order, alone, lock.newCondition());
        long left = patience.toNanos();
        lock.lock();
        try {
            waiting.add(entry);
            while (entry.turn == null) {
                if (entry.sent) {
                    // The leader always answers: its request is bounded.
                    entry.changed.awaitUninterruptibly();
                } else if (underWay < maxUnderWay) {
                    long wait = Math.min(left, lingering());
                    if (wait <= 0) {
                        lead(entry);
                    } else if (entry == first()) {
                        left -= wait - entry.changed.awaitNanos(wait);
                    } else {
                        left = entry.changed.awaitNanos(left);
                    }
                } else if (left <= 0) {
                    giveUp(entry);
                    return Turn.of(unknown("no turn in time: too many commits are under way"));
                } else {
                    left = entry.changed.awaitNanos(left);
                }
            }
            return entry.turn;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            giveUp(entry);
            return Turn.of(unknown(
                    entry.sent
                            ? "interrupted while the commit request was under way"
                            : "interrupted before the commit request was sent"));
        } finally {
            lock.unlock();
        }
    }

    /** How many wait for their turn. */
    int waiting() {
        lock.lock();
        try {
            return waiting.size();
        } finally {
            lock.unlock();
        }
    }

    /** It may have been woken to send. */
    private void giveUp(Entry entry) {
        waiting.remove(entry);
        wakeNext();
    }

    /** Called with the lock held. */
    private void wakeNext() {
        Entry next = underWay < maxUnderWay ? first() : null;
        if (next != null) {
            next.changed.signal();
        }
    }

    /** Who sends the next message. Called with the lock held. */
    private @Nullable Entry first() {
        for (Entry entry : waiting) {
            if (!entry.sendsOthers) {
                return entry;
            }
        }
        return null;
    }

    /** For how many nanoseconds the next message waits for company. Called with the lock held. */
    private long lingering() {
        return underWay == 0 ? 0 : lingerNanos - (System.nanoTime() - lastSent);
    }

    /** Called with the lock held; gives it up while the message is under way. */
    private void lead(Entry leader) {
        List<Entry> batch = new ArrayList<>();
        boolean alone = false;
        while (batch.size() < maxBatch && !alone && !waiting.isEmpty()) {
            alone = waiting.element().alone;
            if (alone && !batch.isEmpty()) {
                break;
            }
            Entry next = waiting.remove();
            next.sent = true;
            batch.add(next);
        }
        underWay++;
        lastSent = System.nanoTime();
        leader.sendsOthers = !leader.sent;
        // What is not in this message is nobody's otherwise.
        wakeNext();
        lock.unlock();
        List<Turn> turns = List.of();
        try {
            turns = send.apply(batch.stream().map(entry -> entry.order).toList());
        } finally {
            lock.lock();
            underWay--;
            leader.sendsOthers = false;
            for (int i = 0; i < batch.size(); i++) {
                Entry entry = batch.get(i);
                entry.turn = i < turns.size() ? turns.get(i) : Turn.of(unknown("the commit request broke off"));
                entry.changed.signal();
            }
            wakeNext();
        }
    }

    /** Even if nobody has heard of the transaction, nobody may say that it rolled back before that is written (R4). */
    private static CommitAnswer unknown(String detail) {
        return new CommitAnswer(Told.UNKNOWN, detail, false);
    }
}
