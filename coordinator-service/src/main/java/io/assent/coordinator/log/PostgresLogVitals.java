package io.assent.coordinator.log;

import io.assent.coordinator.engine.LogLives;
import io.assent.coordinator.engine.LogVitals;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/** Asks the primary. Bounded in time by the database, which is harmless here: nothing is written (L2 is about writes). */
final class PostgresLogVitals implements LogVitals {

    private final DataSource pool;
    private final LogProperties properties;
    private final InstantSource clock;

    /**
     * @param pool of verified connections
     * @param clock of this process, to be compared with the server's
     */
    PostgresLogVitals(DataSource pool, LogProperties properties, InstantSource clock) {
        this.pool = pool;
        this.properties = properties;
        this.clock = clock;
    }

    @Override
    public Vitals look() {
        try (Connection connection = pool.getConnection()) {
            connection.setAutoCommit(false);
            try {
                bound(connection);
                return look(connection);
            } finally {
                connection.rollback();
            }
        } catch (SQLException e) {
            throw new LogLives.UnavailableException(e);
        }
    }

    private void bound(Connection connection) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("select set_config('statement_timeout', ?, true)")) {
            statement.setString(1, Long.toString(properties.searchTimeout().toMillis()));
            statement.executeQuery().close();
        }
    }

    private Vitals look(Connection connection) throws SQLException {
        Instant before = clock.instant();
        Instant there = time(connection);
        Instant after = clock.instant();
        Duration half = Duration.between(before, after).dividedBy(2);
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("""
                        select r.made_until, r.forgotten_before,
                            host(inet_server_addr()) || ':' || inet_server_port() as server,
                            (select system_identifier::text from pg_control_system()) as system_identifier,
                            ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::bigint as timeline,
                            pg_has_role(current_user, 'pg_read_all_stats', 'usage') as visible
                        from assent_log_range r where r.only_one
                        """)) {
            row.next();
            boolean visible = row.getBoolean("visible");
            return new Vitals(
                    properties.mode() == LogProperties.Mode.REPLICATED,
                    row.getString("server"),
                    String.valueOf(row.getString("system_identifier")),
                    row.getLong("timeline"),
                    Duration.between(before.plus(half), there),
                    half,
                    visible,
                    visible ? standbys(connection) : List.of(),
                    there,
                    Rows.mandatory(Rows.instant(row, "made_until")),
                    Rows.mandatory(Rows.instant(row, "forgotten_before")),
                    properties.retention(),
                    properties.maxBatch());
        }
    }

    private static Instant time(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select clock_timestamp() as now")) {
            row.next();
            return Rows.mandatory(Rows.instant(row, "now"));
        }
    }

    private static List<Standby> standbys(Connection connection) throws SQLException {
        List<Standby> standbys = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("""
                        select application_name, state, sync_state,
                            pg_wal_lsn_diff(pg_current_wal_flush_lsn(), flush_lsn)::bigint as behind
                        from pg_stat_replication order by application_name, pid limit 100
                        """)) {
            while (row.next()) {
                standbys.add(new Standby(
                        String.valueOf(row.getString("application_name")),
                        String.valueOf(row.getString("state")),
                        String.valueOf(row.getString("sync_state")),
                        row.getObject("behind", Long.class)));
            }
        }
        return standbys;
    }
}
