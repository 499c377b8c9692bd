package io.assent.coordinator.log;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Forgets late (R9): only what is finished, was finished longer ago than the retention period, and whose id lies below the
 * horizon by a margin, so that no clock of a server that is promoted later can put the id above it again.
 */
final class Retention implements AutoCloseable {

    /** A range of the primary key, in order: no index of its own. Rows with outstanding work are stepped over. */
    static final String FORGET = """
            with doomed as materialized (
                select d.id from assent_transaction d
                where d.id < (lpad(to_hex(floor(extract(epoch from
                        statement_timestamp() - ? * interval '1 millisecond') * 1000)::bigint), 12, '0')
                        || repeat('0', 20))::uuid
                    and d.verdict is not null
                    and d.completed_at < statement_timestamp() - ? * interval '1 millisecond'
                order by d.id limit ? for update skip locked)
            delete from assent_transaction t using doomed d where t.id = d.id
            """;

    private final ScheduledExecutorService scheduler;

    Retention(PostgresDecisionLog log, Duration interval) {
        scheduler = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "assent-log-retention");
            thread.setDaemon(true);
            return thread;
        });
        scheduler.scheduleWithFixedDelay(log::forget, interval.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        scheduler.shutdownNow();
    }
}
