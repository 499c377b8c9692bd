package io.assent.coordinator.log;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the partitions of the log ahead of time and drops those of which everything may be forgotten (R9). Any instance
 * does it, one at a time; none of it is needed by a decision, and none of it makes a decision wait: no statement here takes
 * a lock on the whole log that conflicts with writing, and none waits for one longer than {@link #PATIENCE}.
 *
 * <p>Why a transaction that was decided is never decided anew, wherever this stops:
 *
 * <ul>
 *   <li>before the horizon was raised: everything is there, and its record is found first;
 *   <li>horizon raised, still attached: the record is found first; a new id below gets none (TOO_OLD);
 *   <li>detached, not dropped: no record is seen, and no id below the horizon is written. Somebody who read the horizon
 *       before it was raised can still try, and fails: there is no partition for that id, it is never made again since
 *       partitions only follow the last one, and there is no default partition. He is told that it was not written, asks
 *       again, and sees the horizon. Until then he tells "undecided" or "not found", which claim nothing;
 *   <li>dropped: as before. What is detached is found again by its name.
 * </ul>
 *
 * <p>A late change to a finished row (a branch that is adopted opens it again) runs into the same order: the detachment waits
 * for it, and the row is seen as unfinished before the drop; then the partition is attached again.
 *
 * <p>For one thread.
 */
final class Partitions {

    private static final Logger log = LoggerFactory.getLogger(Partitions.class);

    /** How long it waits for others to end what they are at; nothing that decides waits behind it meanwhile. */
    static final Duration PATIENCE = Duration.ofSeconds(3);

    /** To be the only instance that looks after the partitions of this database; "ASSENT" in ASCII. */
    private static final long ADVISORY_LOCK = 0x415353454E54L;

    private static final String LOCK_TIMEOUT = "55P03";

    private static final int LONGEST_STATEMENT_MILLIS = 300_000;

    private final LogProperties properties;
    private final LogMetrics metrics;
    /** What was said last about a partition that is kept, so that it is said once. */
    private final Map<String, String> said = new HashMap<>();
    /** Partitions in which a transaction was finished late: until when there is no need to look again. */
    private final Map<String, Instant> keptUntil = new HashMap<>();

    Partitions(LogProperties properties, LogMetrics metrics) {
        this.properties = properties;
        this.metrics = metrics;
    }

    /**
     * Makes what is missing; waits while another instance is at it.
     *
     * @param connection verified, autocommit, of this call alone: settings are left on it
     * @throws SQLException if it could not be done in time
     */
    void makeFirst(Connection connection) throws SQLException {
        makeFirst(connection, now(connection));
    }

    /** @param now the database's time, which tests set */
    void makeFirst(Connection connection, Instant now) throws SQLException {
        if (PartitionRange.missing(range(connection).madeUntil(), now, properties)
                .isEmpty()) {
            return;
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute(
                    "set lock_timeout = '" + properties.connectTimeout().toMillis() + "ms'");
            statement.execute("select pg_advisory_lock(" + ADVISORY_LOCK + ")");
        }
        try {
            make(connection, now);
        } finally {
            noLongerAlone(connection);
        }
    }

    /**
     * Makes what is missing, and drops what may be dropped; nothing if another instance is at it. What fails is logged and
     * tried again by the next call.
     *
     * @param connection verified, autocommit, of this call alone: settings are left on it
     * @throws SQLException if the server cannot be asked
     */
    void lookAfter(Connection connection) throws SQLException {
        lookAfter(connection, now(connection));
    }

    /** @param now the database's time, which tests set */
    void lookAfter(Connection connection, Instant now) throws SQLException {
        connection.setNetworkTimeout(Runnable::run, LONGEST_STATEMENT_MILLIS);
        try (Statement statement = connection.createStatement()) {
            statement.execute("set lock_timeout = '" + PATIENCE.toMillis() + "ms'");
        }
        if (!alone(connection)) {
            return;
        }
        try {
            make(connection, now);
            drop(connection, now);
        } finally {
            noLongerAlone(connection);
        }
    }

    /** @param now the database's time, which tests set */
    void make(Connection connection, Instant now) throws SQLException {
        Range range = range(connection);
        for (PartitionRange missing : PartitionRange.missing(range.madeUntil(), now, properties)) {
            boolean first = range.madeUntil().equals(Instant.EPOCH);
            // Made on its own and then attached: unlike "partition of", that does not lock writers out.
            try (Statement statement = connection.createStatement()) {
                connection.setAutoCommit(false);
                create(statement, missing);
                attach(statement, missing);
                raise(connection, "made_until", missing.until());
                if (first) {
                    raise(connection, "forgotten_before", missing.from());
                }
                connection.commit();
            } catch (SQLException e) {
                connection.rollback();
                throw e;
            } finally {
                connection.setAutoCommit(true);
            }
            range = new Range(missing.until());
            log.info("The log has a partition for ids from {} until {} now.", missing.from(), missing.until());
        }
    }

    private void drop(Connection connection, Instant now) throws SQLException {
        for (Table table : tables(connection)) {
            if (!table.range().expired(now, properties)) {
                continue;
            }
            try {
                drop(connection, table, now);
            } catch (SQLException e) {
                // One at a time: while a detachment is begun and not ended, PostgreSQL refuses every other one.
                log.warn(
                        "The log's partition {} was not dropped yet: {}. The next look tries again in {}.",
                        table.name(),
                        LOCK_TIMEOUT.equals(e.getSQLState())
                                ? "a transaction in this database has been open for longer than " + PATIENCE
                                : e.getMessage(),
                        properties.cleanupInterval());
                return;
            }
        }
    }

    private void drop(Connection connection, Table table, Instant now) throws SQLException {
        if (table.attached() && !table.pending() && isKept(connection, table, now)) {
            return;
        }
        long start = System.nanoTime();
        try (Statement statement = connection.createStatement()) {
            if (table.pending()) {
                // It was begun before and is what the others would have to wait for.
                statement.execute("alter table assent_transaction detach partition " + table.name() + " finalize");
            } else if (table.attached()) {
                raise(connection, "forgotten_before", table.range().until());
                statement.execute("alter table assent_transaction detach partition " + table.name() + " concurrently");
            }
            // Nobody can change it any more: what is seen now stays.
            if (unfinished(connection, table) != null) {
                attach(statement, table.range());
                log.warn(
                        "The log's partition {} was put back: a transaction in it was opened again while it was dropped.",
                        table.name());
                return;
            }
            statement.execute("drop table " + table.name());
        }
        said.remove(table.name());
        keptUntil.remove(table.name());
        Duration taken = Duration.ofNanos(System.nanoTime() - start);
        metrics.dropped().record(taken);
        log.info(
                "Finished transactions made from {} until {} were forgotten in {} ms: the retention period of {} is over.",
                table.range().from(),
                table.range().until(),
                taken.toMillis(),
                properties.retention());
    }

    private boolean isKept(Connection connection, Table table, Instant now) throws SQLException {
        String unfinished = unfinished(connection, table);
        if (unfinished != null) {
            if (!unfinished.equals(said.put(table.name(), unfinished))) {
                log.warn(
                        "The log's partition {} is older than the retention period of {} and is kept whole, because"
                                + " transactions in it are not finished: {}. Look at them with GET /v1/transactions/ and"
                                + " the id; a heuristic outcome is closed with POST …/resolution. It is dropped"
                                + " when they are finished and the retention period has passed again.",
                        table.name(),
                        properties.retention(),
                        unfinished);
            }
            return true;
        }
        Instant known = keptUntil.get(table.name());
        if (known != null && known.isAfter(now)) {
            return true;
        }
        Instant until =
                lastCompletion(connection, table).plus(properties.retention()).plus(LogProperties.CLOCK_MARGIN);
        keptUntil.put(table.name(), until);
        return until.isAfter(now);
    }

    /** How many are not finished and the first of them, for people; null if none. Reads the small index only. */
    private static @Nullable String unfinished(Connection connection, Table table) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select count(*) as open, min(id::text) as first from "
                        + table.name() + " where completed_at is null")) {
            row.next();
            long open = row.getLong("open");
            return open == 0 ? null : open + ", the first is " + row.getString("first");
        }
    }

    /** When the last of its transactions was finished; reads all of it, and disturbs nobody. */
    private static Instant lastCompletion(Connection connection, Table table) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select max(completed_at) as last from " + table.name())) {
            row.next();
            Instant last = Rows.instant(row, "last");
            return last == null ? Instant.EPOCH : last;
        }
    }

    private static void create(Statement statement, PartitionRange range) throws SQLException {
        // Every transaction is inserted and then updated once or twice: room for that on the page.
        statement.execute("""
                create table %s (like assent_transaction including all)
                    with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05)
                """.formatted(range.table()));
        statement.execute("comment on table %s is 'Transactions with ids made from %s until %s'"
                .formatted(range.table(), range.from(), range.until()));
    }

    private static void attach(Statement statement, PartitionRange range) throws SQLException {
        statement.execute("alter table assent_transaction attach partition %s for values from ('%s') to ('%s')"
                .formatted(range.table(), range.first(), range.end()));
    }

    /** One end of the range; never back. */
    private static void raise(Connection connection, String column, Instant to) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
                "update assent_log_range set %1$s = greatest(%1$s, ?) where only_one".formatted(column))) {
            statement.setObject(1, OffsetDateTime.ofInstant(to, ZoneOffset.UTC));
            statement.executeUpdate();
        }
    }

    private static boolean alone(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select pg_try_advisory_lock(" + ADVISORY_LOCK + ")")) {
            row.next();
            return row.getBoolean(1);
        }
    }

    /** At once: a server notices only after a while that a connection was closed. */
    private static void noLongerAlone(Connection connection) {
        try (Statement statement = connection.createStatement()) {
            statement.execute("select pg_advisory_unlock(" + ADVISORY_LOCK + ")");
        } catch (SQLException e) {
            log.debug("The lock is given back when the connection is closed", e);
        }
    }

    private static Instant now(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select clock_timestamp() as now")) {
            row.next();
            return Rows.mandatory(Rows.instant(row, "now"));
        }
    }

    private static Range range(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select made_until from assent_log_range where only_one")) {
            row.next();
            return new Range(Rows.mandatory(Rows.instant(row, "made_until")));
        }
    }

    /** All partitions, also detached ones, the oldest first. */
    private static List<Table> tables(Connection connection) throws SQLException {
        List<Table> tables = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("""
                        select c.relname, i.inhrelid is not null as attached,
                            coalesce(i.inhdetachpending, false) as pending
                        from pg_class p join pg_class c on c.relnamespace = p.relnamespace and c.relkind = 'r'
                        left join pg_inherits i on i.inhparent = p.oid and i.inhrelid = c.oid
                        where p.oid = 'assent_transaction'::regclass and starts_with(c.relname, 'assent_transaction_')
                        order by coalesce(i.inhdetachpending, false) desc, c.relname
                        """)) {
            while (rows.next()) {
                String name = Objects.requireNonNull(rows.getString("relname"));
                boolean attached = rows.getBoolean("attached");
                boolean pending = rows.getBoolean("pending");
                PartitionRange.of(name).ifPresent(range -> tables.add(new Table(name, range, attached, pending)));
            }
        }
        return tables;
    }

    private record Range(Instant madeUntil) {}

    /**
     * @param attached whether the log sees it
     * @param pending whether a detachment was begun and not ended
     */
    private record Table(String name, PartitionRange range, boolean attached, boolean pending) {}
}
