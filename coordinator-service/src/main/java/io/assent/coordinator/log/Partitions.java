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
 * does it, one at a time; none of it is needed by a decision, and none of it makes a decision wait: no statement of the log's
 * owner takes a lock on the whole log that conflicts with writing, and none waits for one longer than {@link #PATIENCE}. A
 * role that is not the owner has functions to call, and there a drop does make decisions wait, for a moment.
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

    /** The same for a role that does not own the log, behind which everybody else does wait; see {@code V1_4}. */
    private static final Duration OTHERS_PATIENCE = Duration.ofMillis(200);

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
        if (PartitionRange.missing(madeUntil(connection), now, properties).isEmpty()) {
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
        for (PartitionRange missing : PartitionRange.missing(madeUntil(connection), now, properties)) {
            try (PreparedStatement statement = connection.prepareStatement("select assent_make_partition(?, ?)")) {
                statement.setObject(1, at(missing.from()));
                statement.setObject(2, at(missing.until()));
                statement.executeQuery().close();
            }
            log.info("The log has a partition for ids from {} until {} now.", missing.from(), missing.until());
        }
    }

    private void drop(Connection connection, Instant now) throws SQLException {
        boolean owner = owner(connection);
        for (Table table : tables(connection)) {
            if (!table.range().expired(now, properties)) {
                continue;
            }
            try {
                drop(connection, table, owner, now);
            } catch (SQLException e) {
                // One at a time: while a detachment is begun and not ended, PostgreSQL refuses every other one.
                log.warn(
                        "The log's partition {} was not dropped yet: {}. The next look tries again in {}.",
                        table.name(),
                        LOCK_TIMEOUT.equals(e.getSQLState())
                                ? "a transaction in this database has been open for longer than "
                                        + (owner ? PATIENCE : OTHERS_PATIENCE)
                                : e.getMessage(),
                        properties.cleanupInterval());
                return;
            }
        }
    }

    private void drop(Connection connection, Table table, boolean owner, Instant now) throws SQLException {
        if (table.attached() && !table.pending() && isKept(connection, table, now)) {
            return;
        }
        long start = System.nanoTime();
        if (!(owner ? dropAsOwner(connection, table) : dropAsOther(connection, table))) {
            log.warn(
                    "The log's partition {} was put back: a transaction in it was opened again while it was dropped.",
                    table.name());
            return;
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

    /** Nobody else waits. Returns whether it is gone; else it was put back. */
    private static boolean dropAsOwner(Connection connection, Table table) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            if (table.pending()) {
                // It was begun before and is what the others would have to wait for.
                statement.execute("alter table assent_transaction detach partition " + table.name() + " finalize");
            } else if (table.attached()) {
                raise(connection, table.range().until());
                statement.execute("alter table assent_transaction detach partition " + table.name() + " concurrently");
            }
            // Nobody can change it any more: what is seen now stays.
            if (unfinished(connection, table.name()) != null) {
                statement.execute("alter table assent_transaction attach partition %s for values from ('%s') to ('%s')"
                        .formatted(
                                table.name(),
                                table.range().first(),
                                table.range().end()));
                return false;
            }
            statement.execute("drop table " + table.name());
            return true;
        }
    }

    /**
     * By a role that may change no table. The functions of the owner cannot detach concurrently; they lock the log for the
     * moment that a drop takes, and do not wait for that lock longer than {@link #OTHERS_PATIENCE}. Nothing is ever between
     * two states, so what is written above about these does not arise.
     */
    private static boolean dropAsOther(Connection connection, Table table) throws SQLException {
        try (PreparedStatement raise = connection.prepareStatement("select assent_raise_horizon(?)");
                PreparedStatement drop = connection.prepareStatement("select assent_drop_partition(?)")) {
            raise.setObject(1, at(table.range().until()));
            raise.executeQuery().close();
            drop.setString(1, table.name());
            try (ResultSet row = drop.executeQuery()) {
                row.next();
                return row.getBoolean(1);
            }
        }
    }

    private boolean isKept(Connection connection, Table table, Instant now) throws SQLException {
        String unfinished = unfinished(connection, attached(table.range()));
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

    /** Its rows as everybody sees them, for which no right on the partition itself is needed. */
    private static String attached(PartitionRange range) {
        return "(select id, completed_at from assent_transaction where id >= '%s' and id < '%s') attached"
                .formatted(range.first(), range.end());
    }

    /** How many are not finished and the first of them, for people; null if none. Reads the small index only. */
    private static @Nullable String unfinished(Connection connection, String rows) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select count(*) as open, min(id::text) as first from " + rows
                        + " where completed_at is null")) {
            row.next();
            long open = row.getLong("open");
            return open == 0 ? null : open + ", the first is " + row.getString("first");
        }
    }

    /** When the last of its transactions was finished; reads all of it, and disturbs nobody. */
    private static Instant lastCompletion(Connection connection, Table table) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery("select max(completed_at) as last from " + attached(table.range()))) {
            row.next();
            Instant last = Rows.instant(row, "last");
            return last == null ? Instant.EPOCH : last;
        }
    }

    /** The horizon; never back. */
    private static void raise(Connection connection, Instant to) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
                "update assent_log_range set forgotten_before = greatest(forgotten_before, ?) where only_one")) {
            statement.setObject(1, at(to));
            statement.executeUpdate();
        }
    }

    /** Whether this role may change the tables. */
    private static boolean owner(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select pg_has_role(relowner, 'usage') from pg_class"
                        + " where oid = 'assent_transaction'::regclass")) {
            row.next();
            return row.getBoolean(1);
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

    private static OffsetDateTime at(Instant instant) {
        return OffsetDateTime.ofInstant(instant, ZoneOffset.UTC);
    }

    private static Instant madeUntil(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select made_until from assent_log_range where only_one")) {
            row.next();
            return Rows.mandatory(Rows.instant(row, "made_until"));
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

    /**
     * @param attached whether the log sees it
     * @param pending whether a detachment was begun and not ended
     */
    private record Table(String name, PartitionRange range, boolean attached, boolean pending) {}
}
