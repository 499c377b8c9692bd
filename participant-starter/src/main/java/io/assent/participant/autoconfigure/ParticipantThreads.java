package io.assent.participant.autoconfigure;

import io.assent.participant.engine.Scheduler;
import io.assent.participant.web.ParticipantEndpoints;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The starter's threads. Not beans of their own: an Executor or a ScheduledExecutorService in the context would make Spring
 * Boot leave out the application's.
 */
final class ParticipantThreads implements AutoCloseable, Scheduler {

    private final ScheduledExecutorService sweep =
            Executors.newSingleThreadScheduledExecutor(task -> daemon(task, "assent-sweep"));
    private final ThreadPoolExecutor decisions;

    ParticipantThreads(int size) {
        decisions = new ThreadPoolExecutor(
                size,
                size,
                30,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(4 * ParticipantEndpoints.MAX_DECISIONS),
                task -> daemon(task, "assent-decisions"));
        decisions.allowCoreThreadTimeOut(true);
    }

    /** For orders that came in one message; refuses when its queue is full. */
    Executor decisions() {
        return decisions;
    }

    @Override
    public void schedule(Runnable task, Duration delay) {
        try {
            sweep.schedule(task, delay.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            if (!sweep.isShutdown()) {
                throw e;
            }
        }
    }

    @Override
    public void close() {
        sweep.shutdownNow();
        decisions.shutdown();
    }

    private static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }
}
