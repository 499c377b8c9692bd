package io.assent.coordinator.log;

import io.assent.coordinator.engine.DecisionLog;
import io.assent.coordinator.engine.FieldNames;
import io.assent.coordinator.protocol.Branch;
import io.assent.coordinator.protocol.ExpectedBranch;
import io.assent.coordinator.protocol.TransactionRecord;
import io.assent.protocol.Decision;
import io.assent.protocol.TransactionId;
import io.assent.protocol.TransactionToken;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The decision log in PostgreSQL. Decisions and progress go through group writers with connections of their own; all else
 * runs on a few threads with connections of the pool. Every connection leads to the primary (L4, L6).
 */
final class PostgresDecisionLog implements DecisionLog, AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(PostgresDecisionLog.class);

    /** Threads that read; as many connections are left to searches and clean-ups. */
    private static final int READERS = 2;

    private final LogProperties properties;
    private final DataSource pool;
    private final Availability availability;
    private final LogMetrics metrics;
    private final ThreadPoolExecutor callbacks;
    private final ThreadPoolExecutor calls;
    private final ThreadPoolExecutor reads;
    private final GroupWriter<DecideStatement.Encoded> decisions;
    private final GroupWriter<ProgressStatement.Encoded> progress;
    private final ShortTransactions transactions;

    /**
     * What leads to the log.
     *
     * @param writers makes verified connections for the writers, with the socket timeout set and no other one (L2)
     * @param pool of verified connections, with the socket timeout set
     * @param verifier of all of them
     * @param availability whether anything is tried at all
     */
    record Access(DataSource writers, DataSource pool, ConnectionVerifier verifier, Availability availability) {}

    /** Opens the log; its schema is there. */
    PostgresDecisionLog(LogProperties properties, Access access, LogMetrics metrics) {
        this.properties = properties;
        this.pool = access.pool();
        this.availability = access.availability();
        this.metrics = metrics;
        int processors = Math.max(2, Runtime.getRuntime().availableProcessors());
        // Bounded by the calls that are under way, which the queues bound.
        this.callbacks = executor("callback", processors, new LinkedBlockingQueue<>());
        this.callbacks.setRejectedExecutionHandler((task, executor) -> task.run());
        this.calls =
                executor("call", properties.connections() - 2 * READERS, new ArrayBlockingQueue<>(properties.queue()));
        // Of their own, so that what can still be told is not held up by writes that wait for the standby.
        this.reads = executor("read", READERS, new ArrayBlockingQueue<>(properties.queue()));
        Supplier<WriterConnection> connection = () -> new WriterConnection(
                access.writers(), access.verifier(), properties.verifyInterval(), System::nanoTime);
        this.decisions = new GroupWriter<>(
                "decide",
                properties.writers(),
                properties.maxBatch(),
                properties.queue(),
                Duration.ZERO,
                new TimedStatement<>(
                        new DecideStatement(properties, access.verifier().ring().known(), this::unreadable),
                        metrics.decisionWrites()),
                connection,
                callbacks,
                metrics.decisions()::record);
        this.progress = new GroupWriter<>(
                "progress",
                1,
                properties.maxBatch(),
                properties.queue(),
                properties.progressDelay(),
                new TimedStatement<>(new ProgressStatement(this::unreadable), metrics.progressWrites()),
                connection,
                callbacks,
                metrics.progress()::record);
        this.transactions = new ShortTransactions(pool, access.verifier(), properties, this::unreadable);
    }

    @Override
    public CompletionStage<Reply> begin(NewTransaction transaction) {
        return call(() -> transactions.begin(transaction), Replies::unavailable);
    }

    @Override
    public CompletionStage<Reply> enlist(TransactionId id, Branch branch, @Nullable TransactionToken token) {
        return call(() -> transactions.enlist(id, branch, token), Replies::unavailable);
    }

    @Override
    public CompletionStage<Reply> close(
            TransactionId id, @Nullable List<ExpectedBranch> expected, @Nullable String owner) {
        return call(() -> transactions.close(id, expected, owner), Replies::unavailable);
    }

    @Override
    public CompletionStage<Reply> decide(Proposal proposal) {
        String reason = availability.cannotWrite();
        return reason != null
                ? CompletableFuture.completedFuture(Replies.unavailable(reason))
                : decisions.submit(DecideStatement.Encoded.of(proposal));
    }

    @Override
    public CompletionStage<Reply> adopt(TransactionId id, List<Branch> branches) {
        return call(() -> transactions.adopt(id, branches), Replies::unavailable);
    }

    @Override
    public CompletionStage<Reply> record(Progress progressed) {
        String reason = availability.cannotWrite();
        return reason != null
                ? CompletableFuture.completedFuture(Replies.unavailable(reason))
                : progress.submit(ProgressStatement.Encoded.of(progressed));
    }

    @Override
    public CompletionStage<Reply> resolve(TransactionId id, String reason) {
        return call(() -> transactions.resolve(id, reason), Replies::unavailable);
    }

    /** See {@link ShortTransactions#settle}. */
    CompletionStage<Reply> settle(TransactionId id, Decision decision, List<Branch> branches, String reason) {
        return call(() -> transactions.settle(id, decision, branches, reason), Replies::unavailable);
    }

    @Override
    public CompletionStage<Reading> find(Collection<TransactionId> ids) {
        List<TransactionId> asked = List.copyOf(ids);
        return submit(reads, new Call<>(availability::cannotRead, () -> read(asked), detail -> nothingRead()));
    }

    @Override
    public CompletionStage<List<TransactionRecord>> claim(int limit, Duration lease) {
        return call(() -> claimNow(limit, lease), detail -> List.of());
    }

    /** Answers everything that waits and was not sent; what was sent stays unknown until its reply is there (L2). */
    void refuseWaiting(String reason) {
        decisions.refuseWaiting(reason);
        progress.refuseWaiting(reason);
        List<Runnable> waiting = new ArrayList<>();
        calls.getQueue().drainTo(waiting);
        // Each looks again before it sends anything, and will find the reason.
        waiting.forEach(Runnable::run);
    }

    private Reading read(List<TransactionId> ids) {
        try (Connection connection = pool.getConnection();
                PreparedStatement statement = connection.prepareStatement("""
                        select c.now, c.forgotten_before, c.held_from, c.held_until, %s
                        from (select clock_timestamp() as now, r.forgotten_before, e.held_from, e.held_until
                            from assent_log_range r left join assent_log_epoch e
                                on e.ended_at is null and e.held_from is not null
                            where r.only_one) c
                        left join (unnest(?::uuid[]) as asked (id) join assent_transaction t on t.id = asked.id) on true
                        """.formatted(Rows.COLUMNS))) {
            statement.setArray(
                    1,
                    connection.createArrayOf(
                            "uuid", ids.stream().map(TransactionId::value).toArray(UUID[]::new)));
            Map<TransactionId, TransactionRecord> records = new HashMap<>();
            Set<TransactionId> unreadable = new HashSet<>();
            Instant now = Instant.EPOCH;
            Instant horizon = Instant.EPOCH;
            Set<TransactionId> held = new HashSet<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    now = Rows.mandatory(Rows.instant(rows, "now"));
                    horizon = horizon(now, Rows.mandatory(Rows.instant(rows, "forgotten_before")));
                    addHeld(ids, Rows.instant(rows, "held_from"), Rows.instant(rows, "held_until"), held);
                    UUID id = rows.getObject("id", UUID.class);
                    if (id != null && !readable(rows, record -> records.put(record.id(), record))) {
                        unreadable.add(new TransactionId(id));
                    }
                }
            }
            held.removeAll(records.keySet());
            unreadable.addAll(held);
            return new Reading(Status.OK, records, unreadable, now, horizon);
        } catch (SQLException e) {
            log.warn("The decision log cannot be read: {}.", Causes.text(e));
            return nothingRead();
        }
    }

    private static void addHeld(
            List<TransactionId> ids, @Nullable Instant from, @Nullable Instant until, Set<TransactionId> held) {
        if (from != null && until != null) {
            ids.stream()
                    .filter(id ->
                            !id.timestamp().isBefore(from) && id.timestamp().isBefore(until))
                    .forEach(held::add);
        }
    }

    /** What was dropped stays forgotten, also when the retention period is set to more than it was (R9). */
    private Instant horizon(Instant now, Instant forgottenBefore) {
        Instant retained = now.minus(properties.retention());
        return retained.isBefore(forgottenBefore) ? forgottenBefore : retained;
    }

    /** No time is known either; before every id, so that nothing looks forgotten. */
    private static Reading nothingRead() {
        return new Reading(Status.UNAVAILABLE, Map.of(), Set.of(), Instant.EPOCH, Instant.EPOCH);
    }

    private List<TransactionRecord> claimNow(int limit, Duration lease) {
        try (Connection connection = pool.getConnection();
                PreparedStatement statement = connection.prepareStatement("""
                        with due as materialized (
                            select d.id from assent_transaction d
                            where d.next_attempt_at <= statement_timestamp() and d.completed_at is null
                                and (d.verdict is not null or d.deadline <= statement_timestamp())
                            order by d.next_attempt_at limit ? for update skip locked)
                        update assent_transaction t
                        set next_attempt_at = clock_timestamp() + ? * interval '1 microsecond', attempts = t.attempts + 1
                        from due where t.id = due.id
                        returning %s
                        """.formatted(Rows.COLUMNS))) {
            statement.setInt(1, limit);
            statement.setLong(2, DecideStatement.Micros.of(lease));
            List<TransactionRecord> claimed = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    // Its next attempt has been moved like the others': it comes again, and stops nobody meanwhile.
                    readable(rows, claimed::add);
                }
            }
            return claimed;
        } catch (SQLException e) {
            log.warn("Unfinished transactions cannot be claimed: {}. The next pass tries again.", Causes.text(e));
            return List.of();
        }
    }

    private boolean readable(ResultSet row, java.util.function.Consumer<TransactionRecord> consumer)
            throws SQLException {
        TransactionRecord record;
        try {
            record = Rows.read(row);
        } catch (UnreadableRowException e) {
            unreadable(row.getObject("id", UUID.class), e);
            return false;
        }
        consumer.accept(record);
        return true;
    }

    private void unreadable(TransactionId id, UnreadableRowException e) {
        unreadable(id.value(), e);
    }

    private void unreadable(@Nullable UUID id, UnreadableRowException e) {
        metrics.unreadable().increment();
        log.atError()
                .addKeyValue(FieldNames.TRANSACTION, id)
                .log(
                        "The row of transaction {} cannot be read and is left out: {} A person has to repair it.",
                        id,
                        e.getMessage());
    }

    private <R> CompletionStage<R> call(Supplier<R> call, Function<String, R> refused) {
        return submit(calls, new Call<>(availability::cannotWrite, call, refused));
    }

    private <R> CompletionStage<R> submit(ThreadPoolExecutor threads, Call<R> call) {
        String reason = call.obstacle.get();
        if (reason != null) {
            return CompletableFuture.completedFuture(call.refused.apply(reason));
        }
        try {
            threads.execute(call);
        } catch (RejectedExecutionException e) {
            call.result.complete(call.refused.apply(
                    threads.isShutdown()
                            ? "this instance is stopping"
                            : "too many calls wait for the decision log; the limit is " + properties.queue()));
        }
        return call.result;
    }

    /** Something to be done in a connection of the pool. */
    private final class Call<R> implements Runnable {

        private final Supplier<@Nullable String> obstacle;
        private final Supplier<R> work;
        private final Function<String, R> refused;
        private final CompletableFuture<R> result = new CompletableFuture<>();

        /** @param obstacle why it is not tried; null: it is */
        Call(Supplier<@Nullable String> obstacle, Supplier<R> work, Function<String, R> refused) {
            this.obstacle = obstacle;
            this.work = work;
            this.refused = refused;
        }

        @Override
        public void run() {
            try {
                String reason = obstacle.get();
                R said = reason == null ? work.get() : refused.apply(reason);
                callbacks.execute(() -> result.complete(said));
            } catch (RuntimeException | Error e) {
                log.error("A defect of the decision log.", e);
                callbacks.execute(() -> result.completeExceptionally(e));
            }
        }
    }

    /** Finishes what was begun, as far as that takes no longer than a few seconds; refuses everything new. */
    @Override
    public void close() {
        calls.shutdown();
        reads.shutdown();
        decisions.close();
        progress.close();
        try {
            if (!calls.awaitTermination(5, TimeUnit.SECONDS)) {
                log.warn("Calls to the decision log are still under way; what they wrote is found by the next start.");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        callbacks.shutdown();
    }

    private static ThreadPoolExecutor executor(String name, int threads, BlockingQueue<Runnable> queue) {
        AtomicInteger number = new AtomicInteger();
        ThreadFactory factory = task -> {
            Thread thread = new Thread(task, "assent-log-" + name + "-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
        return new ThreadPoolExecutor(threads, threads, 0, TimeUnit.SECONDS, queue, factory);
    }
}
