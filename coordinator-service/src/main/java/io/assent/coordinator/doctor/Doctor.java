package io.assent.coordinator.doctor;

import io.assent.protocol.doctor.Finding;
import io.assent.protocol.doctor.Report;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes all checks at the same time, each on a thread of its own and no longer than a bound. A check that fails or hangs is
 * UNKNOWN; it spoils neither the others nor the answer. Thread-safe.
 */
public final class Doctor implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Doctor.class);

    private static final int THREADS = 4;
    private static final int WAITING = 200;
    private static final String LOOK_AGAIN = "Ask again; if it stays, look at the log of this instance";

    private final List<Check> checks;
    private final Duration patience;
    private final ThreadPoolExecutor threads;

    /** @param patience how long all of it may take */
    Doctor(List<Check> checks, Duration patience) {
        this.checks = List.copyOf(checks);
        this.patience = patience;
        this.threads = new ThreadPoolExecutor(
                THREADS, THREADS, 10, TimeUnit.SECONDS, new ArrayBlockingQueue<>(WAITING), task -> {
                    Thread thread = new Thread(task, "assent-doctor");
                    thread.setDaemon(true);
                    return thread;
                });
        this.threads.allowCoreThreadTimeOut(true);
    }

    /** Never fails. */
    public Report examine() {
        long deadline = System.nanoTime() + patience.toNanos();
        List<@Nullable Future<Finding>> asked = new ArrayList<>();
        for (Check check : checks) {
            asked.add(ask(check));
        }
        List<Finding> findings = new ArrayList<>();
        for (int i = 0; i < checks.size(); i++) {
            findings.add(found(checks.get(i), asked.get(i), deadline));
        }
        return Report.of(findings);
    }

    private @Nullable Future<Finding> ask(Check check) {
        try {
            return threads.submit(() -> check.look().get());
        } catch (RejectedExecutionException e) {
            return null;
        }
    }

    private Finding found(Check check, @Nullable Future<Finding> asked, long deadline) {
        if (asked == null) {
            return Finding.unknown(check.name(), "too many checks wait", LOOK_AGAIN);
        }
        try {
            return asked.get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            // What it is at ends within its own bounds; an interrupt would break its connection.
            asked.cancel(false);
            return Finding.unknown(check.name(), "it took longer than " + patience, LOOK_AGAIN);
        } catch (ExecutionException e) {
            log.warn("The check {} of the doctor failed.", check.name(), e.getCause());
            return Finding.unknown(check.name(), "it could not be looked at", LOOK_AGAIN);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Finding.unknown(check.name(), "it was interrupted", LOOK_AGAIN);
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
