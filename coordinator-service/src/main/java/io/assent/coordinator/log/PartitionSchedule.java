package io.assent.coordinator.log;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks after the partitions again and again, on a connection of its own each time. */
final class PartitionSchedule implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(PartitionSchedule.class);

    private final Partitions partitions;
    private final DataSource connections;
    private final Duration interval;
    private final ScheduledExecutorService scheduler;

    /** @param connections makes new, verified connections */
    PartitionSchedule(Partitions partitions, DataSource connections, Duration interval) {
        this.partitions = partitions;
        this.connections = connections;
        this.interval = interval;
        this.scheduler = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "assent-log-partitions");
            thread.setDaemon(true);
            return thread;
        });
        scheduler.scheduleWithFixedDelay(
                this::lookAfter, interval.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void lookAfter() {
        try (Connection connection = connections.getConnection()) {
            partitions.lookAfter(connection);
        } catch (SQLException e) {
            log.warn(
                    "The partitions of the log could not be looked after: {}. Tried again in {}; decisions go on as long"
                            + " as there are partitions.",
                    e.getMessage(),
                    interval);
        } catch (RuntimeException e) {
            log.error("A defect in looking after the partitions of the log; tried again in {}.", interval, e);
        }
    }

    @Override
    public void close() {
        scheduler.shutdownNow();
    }
}
