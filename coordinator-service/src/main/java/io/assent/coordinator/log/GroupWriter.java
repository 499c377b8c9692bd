package io.assent.coordinator.log;

import io.assent.coordinator.engine.DecisionLog.Reply;
import io.assent.coordinator.engine.FieldNames;
import io.assent.protocol.TransactionId;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Group commit: a few threads, each with a connection of its own, write everything that has queued up meanwhile in one
 * statement. Where somebody waits for the reply, nothing waits for company: a single item is written at once.
 *
 * <p>A batch is sorted by id, so that two writers never lock rows in opposite orders, and holds an id once, since one
 * statement cannot touch a row twice: a second item of the same id goes into the next batch.
 *
 * <p>Thread-safe.
 */
final class GroupWriter<T extends BatchStatement.Item> implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(GroupWriter.class);

    private static final int TRIES = 3;

    private final String name;
    private final int maxBatch;
    private final long companyMillis;
    private final BlockingQueue<Pending<T>> queue;
    private final BatchStatement<T> statement;
    private final Executor callbacks;
    private final IntConsumer batchSizes;
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean closed;

    /**
     * @param name of threads, and in messages
     * @param threads how many, each with a connection of its own
     * @param maxBatch items in one statement
     * @param capacity items that may wait
     * @param company how long the first item of a batch waits for others, in whole milliseconds; zero: not at all
     * @param connection makes one for each thread
     * @param callbacks completes stages, so that what hangs on them never holds up a writer
     * @param batchSizes hears the size of every statement
     */
    GroupWriter(
            String name,
            int threads,
            int maxBatch,
            int capacity,
            Duration company,
            BatchStatement<T> statement,
            Supplier<WriterConnection> connection,
            Executor callbacks,
            IntConsumer batchSizes) {
        this.name = name;
        this.maxBatch = maxBatch;
        this.companyMillis = company.toMillis();
        this.queue = new ArrayBlockingQueue<>(capacity);
        this.statement = statement;
        this.callbacks = callbacks;
        this.batchSizes = batchSizes;
        for (int i = 1; i <= threads; i++) {
            Thread thread = new Thread(() -> run(connection.get()), "assent-" + name + "-" + i);
            thread.setDaemon(true);
            this.threads.add(thread);
            thread.start();
        }
    }

    /** Queues an item; UNAVAILABLE at once when the queue is full or this writer is closed. */
    CompletionStage<Reply> submit(T item) {
        Pending<T> pending = new Pending<>(item, new CompletableFuture<>());
        if (closed) {
            return CompletableFuture.completedFuture(stopped());
        }
        if (!queue.offer(pending)) {
            return CompletableFuture.completedFuture(
                    Replies.unavailable("too many calls wait for the decision log; the limit is "
                            + (queue.size() + queue.remainingCapacity())));
        }
        if (closed) {
            // Closed between the two looks: nobody may be left who reads the queue.
            drain();
        }
        return pending.result();
    }

    /** Answers everything that waits and was not sent. */
    void refuseWaiting(String reason) {
        for (Pending<T> pending = queue.poll(); pending != null; pending = queue.poll()) {
            complete(pending, Replies.unavailable(reason));
        }
    }

    /** How many items wait. */
    int waiting() {
        return queue.size();
    }

    private void run(WriterConnection connection) {
        Deque<Pending<T>> carried = new ArrayDeque<>();
        try (connection) {
            while (!closed) {
                write(connection, nextBatch(carried));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            carried.forEach(pending -> complete(pending, stopped()));
        }
    }

    private List<Pending<T>> nextBatch(Deque<Pending<T>> carried) throws InterruptedException {
        if (carried.isEmpty()) {
            // Carried first: if this thread is interrupted while it waits, the item is answered.
            carried.add(queue.take());
            if (companyMillis > 0 && queue.size() < maxBatch) {
                Thread.sleep(companyMillis);
            }
        }
        SortedMap<TransactionId, Pending<T>> batch = new TreeMap<>();
        for (int i = carried.size(); i > 0; i--) {
            addOrCarry(carried.remove(), batch, carried);
        }
        while (batch.size() < maxBatch && carried.size() < maxBatch) {
            Pending<T> next = queue.poll();
            if (next == null) {
                break;
            }
            addOrCarry(next, batch, carried);
        }
        return List.copyOf(batch.values());
    }

    private void addOrCarry(Pending<T> pending, SortedMap<TransactionId, Pending<T>> batch, Deque<Pending<T>> carried) {
        if (batch.size() >= maxBatch || batch.putIfAbsent(pending.item().id(), pending) != null) {
            carried.add(pending);
        }
    }

    private void write(WriterConnection connection, List<Pending<T>> batch) {
        for (int attempt = 1; ; attempt++) {
            Connection verified;
            try {
                verified = connection.get();
            } catch (SQLException e) {
                // Nothing was sent.
                completeAll(batch, Replies.unavailable(e.getMessage()));
                return;
            }
            try {
                batchSizes.accept(batch.size());
                Map<TransactionId, Reply> replies = statement.execute(
                        verified, batch.stream().map(Pending::item).toList());
                String doubt = connection.doubt();
                if (doubt != null) {
                    connection.discard();
                    log.error(
                            "{}: whether {} items were replicated is not known: {}. Nobody is told until they are asked"
                                    + " for again.",
                            name,
                            batch.size(),
                            doubt);
                    completeAll(batch, Replies.indeterminate(doubt));
                    return;
                }
                for (Pending<T> pending : batch) {
                    complete(pending, replies.get(pending.item().id()));
                }
                return;
            } catch (SQLException e) {
                switch (SqlFailure.of(e)) {
                    case TRY_AGAIN -> {
                        if (attempt == TRIES) {
                            completeAll(batch, Replies.unavailable(describe(e)));
                            return;
                        }
                    }
                    case REFUSED -> {
                        isolate(connection, batch, e);
                        return;
                    }
                    case CANNOT_WRITE -> {
                        connection.discard();
                        log.error("{}: {} items were not written: {}.", name, batch.size(), describe(e));
                        completeAll(batch, Replies.unavailable(describe(e)));
                        return;
                    }
                    case UNKNOWN -> {
                        connection.discard();
                        log.warn(
                                "{}: whether {} items were written is not known: {}. Nobody is told until they are"
                                        + " asked for again.",
                                name,
                                batch.size(),
                                describe(e));
                        completeAll(batch, Replies.indeterminate(describe(e)));
                        return;
                    }
                }
            } catch (RuntimeException e) {
                connection.discard();
                log.error("{}: a defect; whether {} items were written is not known.", name, batch.size(), e);
                completeAll(batch, Replies.indeterminate("a defect of the decision log: " + e));
                return;
            }
        }
    }

    /** One item that PostgreSQL refuses must not keep the others from being written: halves, until it is alone. */
    private void isolate(WriterConnection connection, List<Pending<T>> batch, SQLException e) {
        if (batch.size() == 1) {
            log.atError()
                    .addKeyValue(FieldNames.TRANSACTION, batch.get(0).item().id())
                    .log(
                            "{}: transaction {} cannot be written: {}. It is left as it is.",
                            name,
                            batch.get(0).item().id(),
                            describe(e));
            complete(batch.get(0), Replies.unavailable(describe(e)));
            return;
        }
        int half = batch.size() / 2;
        write(connection, batch.subList(0, half));
        write(connection, batch.subList(half, batch.size()));
    }

    private void completeAll(Collection<Pending<T>> batch, Reply reply) {
        batch.forEach(pending -> complete(pending, reply));
    }

    private void complete(Pending<T> pending, @Nullable Reply reply) {
        Reply said = reply != null
                ? reply
                : Replies.indeterminate("the statement did not return transaction "
                        + pending.item().id());
        callbacks.execute(() -> pending.result().complete(said));
    }

    private Reply stopped() {
        return Replies.unavailable("this instance is stopping");
    }

    private void drain() {
        for (Pending<T> pending = queue.poll(); pending != null; pending = queue.poll()) {
            complete(pending, stopped());
        }
    }

    /** Finishes what is being written, as far as that takes no longer than {@code patienceMillis}; the rest was not sent. */
    void close(long patienceMillis) {
        closed = true;
        drain();
        threads.forEach(Thread::interrupt);
        for (Thread thread : threads) {
            try {
                thread.join(patienceMillis);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        drain();
    }

    @Override
    public void close() {
        close(5_000);
    }

    static String describe(SQLException e) {
        return e.getSQLState() + " " + e.getMessage();
    }

    private record Pending<T>(T item, CompletableFuture<Reply> result) {}
}
