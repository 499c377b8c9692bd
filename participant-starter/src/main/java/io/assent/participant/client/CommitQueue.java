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
 * Commit requests of one process. While there are fewer under way than the limit, each leaves at once and alone; beyond,
 * they wait, and whoever becomes free takes along everything that has come together. So one commit costs one request, and
 * load makes the messages larger, not more. Thread-safe; starts no threads.
 */
final class CommitQueue {

    private final int maxUnderWay;
    private final int maxBatch;
    private final Duration patience;
    private final Function<List<CommitOrder>, List<CommitAnswer>> send;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<Entry> waiting = new ArrayDeque<>();
    private int underWay;

    private static final class Entry {
        final CommitOrder order;
        boolean sent;

        @Nullable
        CommitAnswer answer;

        Entry(CommitOrder order) {
            this.order = order;
        }
    }

    /**
     * @param maxUnderWay messages at once
     * @param maxBatch commits in one message
     * @param patience how long a commit waits for its turn
     * @param send one message; answers in the order of the orders; must not throw
     */
    CommitQueue(
            int maxUnderWay, int maxBatch, Duration patience, Function<List<CommitOrder>, List<CommitAnswer>> send) {
        this.maxUnderWay = maxUnderWay;
        this.maxBatch = maxBatch;
        this.patience = patience;
        this.send = send;
    }

    CommitAnswer commit(CommitOrder order) {
        Entry entry = new Entry(order);
        long left = patience.toNanos();
        lock.lock();
        try {
            waiting.add(entry);
            while (entry.answer == null) {
                if (!entry.sent && underWay < maxUnderWay) {
                    lead();
                } else if (entry.sent) {
                    // The leader always answers: its request is bounded.
                    changed.awaitUninterruptibly();
                } else if (left <= 0) {
                    waiting.remove(entry);
                    return notSent("no turn within " + patience + ": too many commits are under way");
                } else {
                    left = changed.awaitNanos(left);
                }
            }
            return entry.answer;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            waiting.remove(entry);
            return notSent("interrupted before the commit request was sent");
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

    /** Called with the lock held; gives it up while the message is under way. */
    private void lead() {
        List<Entry> batch = new ArrayList<>();
        while (batch.size() < maxBatch && !waiting.isEmpty()) {
            Entry next = waiting.remove();
            next.sent = true;
            batch.add(next);
        }
        underWay++;
        lock.unlock();
        List<CommitAnswer> answers = List.of();
        try {
            answers = send.apply(batch.stream().map(entry -> entry.order).toList());
        } finally {
            lock.lock();
            underWay--;
            for (int i = 0; i < batch.size(); i++) {
                batch.get(i).answer = i < answers.size()
                        ? answers.get(i)
                        : new CommitAnswer(Told.UNKNOWN, "the commit request broke off", false);
            }
            changed.signalAll();
        }
    }

    /** Nobody has heard of the transaction; still nobody may say that it rolled back before that is written (R4). */
    private static CommitAnswer notSent(String detail) {
        return new CommitAnswer(Told.UNKNOWN, detail, false);
    }
}
