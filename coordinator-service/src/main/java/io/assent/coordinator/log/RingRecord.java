package io.assent.coordinator.log;

import io.assent.coordinator.shard.Ring;
import io.assent.coordinator.shard.RingAgreement;
import io.assent.coordinator.shard.RingAgreement.Entry;
import io.assent.coordinator.shard.RingAgreement.Recorded;
import io.assent.coordinator.shard.RingConflictException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the log itself holds of the ring; see {@link RingAgreement} for what that is for. Thread-safe. */
final class RingRecord {

    private static final Logger log = LoggerFactory.getLogger(RingRecord.class);

    private final LogSite site;
    private final AtomicReference<@Nullable String> warned = new AtomicReference<>();
    private volatile boolean enforced;

    RingRecord(LogSite site) {
        this.site = site;
    }

    /** The logs that this instance knows: what a statement that decides is given. */
    String[] known() {
        return site.ring().names().toArray(String[]::new);
    }

    /** From now on, {@link #check} refuses. Before, the log is only looked at. */
    void enforce() {
        enforced = true;
    }

    /**
     * @param connection to a database that has the log's schema
     * @throws LogRefusedException if this instance must not decide in it
     */
    void check(Connection connection) throws SQLException {
        if (!enforced) {
            return;
        }
        try {
            String upcoming = RingAgreement.check(site.ring(), site.name(), read(connection));
            if (!Objects.equals(warned.getAndSet(upcoming), upcoming) && upcoming != null) {
                log.warn("{}.", upcoming);
            }
        } catch (RingConflictException e) {
            throw new LogRefusedException(String.valueOf(e.getMessage()));
        }
    }

    /** What is there, also in a database without the log's schema. */
    static Recorded look(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "select to_regclass('assent_log_ring') is not null as there, clock_timestamp() as now")) {
            row.next();
            Instant now = Rows.mandatory(Rows.instant(row, "now"));
            return row.getBoolean("there") ? read(connection) : new Recorded(null, Map.of(), now);
        }
    }

    private static Recorded read(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("""
                        select c.now, r.name, r.since, r.own, r.confirmed
                        from (select clock_timestamp() as now) c left join assent_log_ring r on true
                        """)) {
            @Nullable String own = null;
            Map<String, Entry> entries = new HashMap<>();
            Instant now = Instant.EPOCH;
            while (rows.next()) {
                now = Rows.mandatory(Rows.instant(rows, "now"));
                String name = rows.getString("name");
                if (name != null) {
                    entries.put(name, new Entry(Rows.instant(rows, "since"), rows.getBoolean("confirmed")));
                    own = rows.getBoolean("own") ? name : own;
                }
            }
            return new Recorded(own, entries, now);
        }
    }

    /**
     * Records what is not there yet; what is there stays.
     *
     * @param added the members that no log has confirmed
     * @throws LogRefusedException if there is a transaction already that the new member would have: then a clock was wrong
     */
    void record(Connection connection, Collection<String> added) throws SQLException {
        write(connection, any -> requireNoneTaken(any, added), """
                insert into assent_log_ring (name, since, first_id, own) values (?, ?, ?, ?) on conflict (name) do nothing
                """, (statement, member) -> {
            Instant since = member.since();
            statement.setString(1, member.name());
            statement.setObject(2, since == null ? null : OffsetDateTime.ofInstant(since, ZoneOffset.UTC));
            statement.setObject(3, since == null ? new UUID(0, 0) : PartitionRange.smallest(since));
            statement.setBoolean(4, member.name().equals(site.name()));
        });
    }

    /** Ids lie at most five minutes ahead of the clock that they were checked with; but that may have been set back since. */
    private static void requireNoneTaken(Connection connection, Collection<String> added) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("""
                select r.name, r.since from assent_log_ring r where r.name = any (?) and r.since is not null
                    and exists (select from assent_transaction t where t.id >= r.first_id)
                """)) {
            statement.setArray(1, connection.createArrayOf("text", added.toArray()));
            try (ResultSet row = statement.executeQuery()) {
                if (row.next()) {
                    throw new LogRefusedException("there are transactions already whose ids were made after "
                            + row.getString("since") + ", from which on they might be in log "
                            + row.getString("name") + ": a clock was ahead. Choose a later since");
                }
            }
        }
    }

    /** Confirms every member; the caller has seen all of them in all logs. */
    void confirm(Connection connection) throws SQLException {
        write(
                connection,
                any -> {},
                "update assent_log_ring set confirmed = true where name = ? and not confirmed",
                (statement, member) -> statement.setString(1, member.name()));
        log.info("Log {} is one of {}.", site.name(), site.ring().names());
    }

    /** In one transaction, whose commit tells what it was worth (L1). */
    private void write(Connection connection, Condition condition, String sql, Binder binder) throws SQLException {
        connection.setAutoCommit(false);
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (Ring.Member member : site.ring().members()) {
                binder.bind(statement, member);
                statement.executeUpdate();
            }
            condition.check(connection);
            connection.clearWarnings();
            connection.commit();
            String warning = Warnings.after(connection);
            if (warning != null) {
                throw new SQLException("the wait for the standby was cancelled: " + warning, "08007");
            }
        } catch (SQLException | RuntimeException e) {
            connection.rollback();
            throw e;
        } finally {
            connection.setAutoCommit(true);
        }
    }

    private interface Condition {
        void check(Connection connection) throws SQLException;
    }

    private interface Binder {
        void bind(PreparedStatement statement, Ring.Member member) throws SQLException;
    }
}
