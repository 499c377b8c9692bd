package io.assent.coordinator.log;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Leaves a sign of life in the log every second, on a connection of its own. */
final class SignsOfLife implements AutoCloseable {

    private static final long INTERVAL_MILLIS = Duration.ofSeconds(1).toMillis();

    private final LogEpochs epochs;
    private final WriterConnection connection;
    private final ScheduledExecutorService scheduler;

    SignsOfLife(LogEpochs epochs, WriterConnection connection) {
        this.epochs = epochs;
        this.connection = connection;
        this.scheduler = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "assent-log-life");
            thread.setDaemon(true);
            return thread;
        });
        scheduler.scheduleWithFixedDelay(this::beat, 0, INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void beat() {
        try {
            Connection verified = connection.get();
            epochs.beat(verified);
        } catch (SQLException e) {
            // Said by whoever needs the log; the next one is left when it can be written again.
            connection.discard();
        }
    }

    @Override
    public void close() {
        scheduler.shutdownNow();
        connection.close();
    }
}
