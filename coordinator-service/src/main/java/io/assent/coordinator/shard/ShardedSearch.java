package io.assent.coordinator.shard;

import io.assent.coordinator.engine.TransactionSearch;
import io.assent.coordinator.protocol.TransactionRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Searches all logs at once and merges what they find. A log that cannot be asked is named in the result; only if none can
 * be asked the search fails. A log that hangs keeps a few threads of its own, and each search no longer than a bound.
 * Thread-safe.
 */
public final class ShardedSearch implements TransactionSearch, AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(ShardedSearch.class);

    /** As many connections as a log leaves to searches. */
    private static final int THREADS = 2;

    private static final int WAITING = 16;

    private static final Comparator<TransactionRecord> NEWEST_FIRST =
            Comparator.comparing(TransactionRecord::id).reversed();

    private final Shards shards;
    private final Duration patience;
    private final Map<Shard, ThreadPoolExecutor> threads = new LinkedHashMap<>();

    /** @param patience how long a log may take */
    public ShardedSearch(Shards shards, Duration patience) {
        this.shards = shards;
        this.patience = patience;
        shards.all().forEach(shard -> threads.put(shard, threads(shard)));
    }

    private static ThreadPoolExecutor threads(Shard shard) {
        ThreadPoolExecutor executor = new ThreadPoolExecutor(
                THREADS, THREADS, 10, TimeUnit.SECONDS, new ArrayBlockingQueue<>(WAITING), task -> {
                    Thread thread = new Thread(task, "assent-search-" + shard.name());
                    thread.setDaemon(true);
                    return thread;
                });
        executor.allowCoreThreadTimeOut(true);
        return executor;
    }

    @Override
    public Result search(Query query) {
        List<String> missing = new ArrayList<>();
        List<TransactionRecord> found = new ArrayList<>();
        askAll(search -> search.search(query), missing, Level.WARN).forEach(result -> found.addAll(result.found()));
        return new Result(
                found.stream().sorted(NEWEST_FIRST).limit(query.limit()).toList(), missing);
    }

    @Override
    public Backlog backlog() {
        List<String> missing = new ArrayList<>();
        List<Backlog> parts = askAll(TransactionSearch::backlog, missing, Level.WARN);
        return new Backlog(
                parts.stream().flatMap(part -> part.undelivered().stream()).toList(),
                parts.stream().mapToLong(Backlog::heuristics).sum(),
                missing);
    }

    /** Asked for every second: who counts tells once what is missing. */
    @Override
    public List<Undecided> undecided() {
        return askAll(TransactionSearch::undecided, new ArrayList<>(), Level.DEBUG).stream()
                .flatMap(List::stream)
                .toList();
    }

    /**
     * What each log answers that does.
     *
     * @param missing the names of the others are added to it
     * @param level of the line about each of these
     * @throws RuntimeException if none does
     */
    private <T> List<T> askAll(Function<TransactionSearch, T> question, List<String> missing, Level level) {
        long deadline = System.nanoTime() + patience.toNanos();
        Map<Shard, Future<T>> asked = new LinkedHashMap<>();
        @Nullable RuntimeException failure = null;
        for (Shard shard : shards.all()) {
            try {
                asked.put(shard, ask(shard, question));
            } catch (UnavailableException e) {
                failure = missing(shard, e, missing, level);
            }
        }
        List<T> answers = new ArrayList<>();
        for (Map.Entry<Shard, Future<T>> one : asked.entrySet()) {
            try {
                answers.add(await(one.getKey(), one.getValue(), deadline));
            } catch (RuntimeException e) {
                failure = missing(one.getKey(), e, missing, level);
            }
        }
        if (failure != null && missing.size() == shards.all().size()) {
            throw failure;
        }
        return answers;
    }

    private static RuntimeException missing(Shard shard, RuntimeException why, List<String> missing, Level level) {
        log.atLevel(level).log("Log {} is missing in the result of a search: {}", shard.name(), why.toString());
        missing.add(shard.name());
        return why;
    }

    private <T> Future<T> ask(Shard shard, Function<TransactionSearch, T> question) {
        Shard.Open open = shard.open();
        ThreadPoolExecutor executor = threads.get(shard);
        if (open == null || executor == null) {
            throw new UnavailableException("log " + shard.name() + " is not open: " + shard.cannotDecide(), null);
        }
        String reason = open.cannotRead().get();
        if (reason != null) {
            throw new UnavailableException("log " + shard.name() + " cannot be read: " + reason, null);
        }
        try {
            return executor.submit(() -> question.apply(open.search()));
        } catch (RejectedExecutionException e) {
            throw new UnavailableException("too many searches wait for log " + shard.name(), e);
        }
    }

    private static <T> T await(Shard shard, Future<T> asked, long deadline) {
        try {
            return asked.get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause
                    ? cause
                    : new UnavailableException("a search in log " + shard.name() + " failed", e.getCause());
        } catch (TimeoutException e) {
            // What it is at ends within its own bounds; an interrupt would break its connection.
            asked.cancel(false);
            throw new UnavailableException("log " + shard.name() + " does not answer", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnavailableException("a search was interrupted", e);
        }
    }

    @Override
    public void close() {
        threads.values().forEach(ThreadPoolExecutor::shutdownNow);
    }
}
