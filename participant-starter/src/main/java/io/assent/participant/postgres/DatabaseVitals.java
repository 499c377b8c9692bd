package io.assent.participant.postgres;

import io.assent.participant.engine.BranchResourceException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * What can be seen of the participant's database from outside of any branch: for metrics and for people. Reads only. Thread-safe.
 */
public final class DatabaseVitals {

    /** The function and not the view: that joins names to every row. */
    private static final String PLACES = """
            select count(*), coalesce((extract(epoch from clock_timestamp() - min(prepared)) * 1000)::bigint, 0),
                current_setting('max_prepared_transactions')::int
            from pg_prepared_xact()
            """;

    private static final String SETTINGS = """
            select current_setting('synchronous_standby_names'), current_setting('synchronous_commit'),
                (select setting::bigint from pg_settings where name = 'lock_timeout')
            """;

    private static final String OLDEST = """
            select gid, (extract(epoch from clock_timestamp() - prepared) * 1000)::bigint,
                max(age(transaction)) over ()
            from pg_prepared_xacts
            where database = current_database()
            order by prepared
            limit 1
            """;

    /** Assent's names begin with {@code assent:} in a main database, and with {@code assent/} in another one. */
    private static final String FOREIGN = """
            select gid, count(*) over ()
            from pg_prepared_xacts
            where database = current_database() and not starts_with(gid, 'assent:') and not starts_with(gid, 'assent/')
            order by prepared
            limit 1
            """;

    /** The number of rows as the statistics have it: to count them would read all. */
    private static final String MARKERS = """
            select reltuples::bigint, pg_total_relation_size(oid),
                (select (extract(epoch from clock_timestamp() - min(recorded_at)) * 1000)::bigint
                    from assent_branch_marker)
            from pg_class
            where oid = to_regclass('assent_branch_marker')
            """;

    private final DataSource dataSource;
    private final InstantSource clock;
    private final Duration patience;

    /**
     * The server's places for prepared transactions.
     *
     * @param prepared how many are taken, by whomever
     * @param oldest since when the oldest is prepared; zero if there is none
     * @param slots {@code max_prepared_transactions}
     */
    public record Places(int prepared, Duration oldest, int slots) {

        /** How many are left. */
        public int left() {
            return Math.max(0, slots - prepared);
        }
    }

    /**
     * A prepared transaction of this database.
     *
     * @param gid its name
     * @param age since PREPARE TRANSACTION
     * @param transactionsSince how many transaction ids the server has given out since the first one that is still prepared here
     */
    public record Oldest(String gid, Duration age, long transactionsSince) {}

    /**
     * Prepared transactions of this database that are not Assent's.
     *
     * @param count 1 or more
     * @param oldest the name of the oldest
     */
    public record Foreign(long count, String oldest) {}

    /**
     * The table of markers.
     *
     * @param rows about how many; negative: the statistics do not tell
     * @param bytes with its indexes
     * @param oldest age of the oldest row; null if there is none
     */
    public record Markers(long rows, long bytes, @Nullable Duration oldest) {}

    /**
     * All of it, as of one moment.
     *
     * @param clockAhead how far the database's clock is ahead of this service's
     * @param clockAccuracy how far off that may be
     * @param synchronousStandbys {@code synchronous_standby_names}
     * @param synchronousCommit {@code synchronous_commit} of a connection like the application's
     * @param lockTimeout {@code lock_timeout} of such a connection; zero: none
     * @param oldest null if nothing is prepared here
     * @param foreign null if there are none
     * @param markers null if there is no such table
     */
    public record Vitals(
            Duration clockAhead,
            Duration clockAccuracy,
            Places places,
            String synchronousStandbys,
            String synchronousCommit,
            Duration lockTimeout,
            @Nullable Oldest oldest,
            @Nullable Foreign foreign,
            @Nullable Markers markers) {}

    @FunctionalInterface
    private interface Reader<T> {
        T read(ResultSet row) throws SQLException;
    }

    /**
     * @param dataSource connections that work does not wait for
     * @param clock this service's
     * @param patience how long one statement of {@link #look} may take
     */
    public DatabaseVitals(DataSource dataSource, InstantSource clock, Duration patience) {
        this.dataSource = dataSource;
        this.clock = clock;
        this.patience = patience;
    }

    /**
     * The server's places, with one small statement.
     *
     * @throws BranchResourceException if the database does not answer
     */
    public static Places places(DataSource dataSource) {
        try (Connection connection = dataSource.getConnection()) {
            return places(connection);
        } catch (SQLException e) {
            throw new BranchResourceException("the prepared transactions could not be counted: " + e.getMessage(), e);
        }
    }

    /**
     * Looks at everything.
     *
     * @throws BranchResourceException if the database does not answer
     */
    public Vitals look() {
        try (Connection connection = dataSource.getConnection()) {
            connection.setAutoCommit(false);
            try (Statement bounds = connection.createStatement()) {
                // Nothing is written, so nothing waits for a standby whose wait a timeout could cancel (L2).
                bounds.execute("set transaction read only; set local statement_timeout = " + patience.toMillis());
                return look(connection);
            } finally {
                connection.rollback();
                connection.setAutoCommit(true);
            }
        } catch (SQLException e) {
            throw new BranchResourceException("the database could not be looked at: " + e.getMessage(), e);
        }
    }

    private Vitals look(Connection connection) throws SQLException {
        Instant before = clock.instant();
        Instant there = required(one(
                connection,
                "select clock_timestamp()",
                row -> row.getObject(1, java.time.OffsetDateTime.class).toInstant()));
        Duration accuracy =
                Duration.between(before, clock.instant()).dividedBy(2).abs();
        Duration ahead = Duration.between(before.plus(accuracy), there);
        Places places = places(connection);
        return required(one(
                connection,
                SETTINGS,
                row -> new Vitals(
                        ahead,
                        accuracy,
                        places,
                        row.getString(1),
                        row.getString(2),
                        Duration.ofMillis(row.getLong(3)),
                        one(
                                connection,
                                OLDEST,
                                oldest ->
                                        new Oldest(oldest.getString(1), millis(oldest.getLong(2)), oldest.getLong(3))),
                        one(connection, FOREIGN, foreign -> new Foreign(foreign.getLong(2), foreign.getString(1))),
                        markers(connection))));
    }

    private static @Nullable Markers markers(Connection connection) throws SQLException {
        return one(connection, MARKERS, row -> {
            long oldest = row.getLong(3);
            return new Markers(row.getLong(1), row.getLong(2), row.wasNull() ? null : millis(oldest));
        });
    }

    private static Places places(Connection connection) throws SQLException {
        return required(
                one(connection, PLACES, row -> new Places(row.getInt(1), millis(row.getLong(2)), row.getInt(3))));
    }

    private static Duration millis(long millis) {
        return Duration.ofMillis(Math.max(0, millis));
    }

    private static <T> @Nullable T one(Connection connection, String sql, Reader<T> reader) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            return row.next() ? reader.read(row) : null;
        }
    }

    private static <T> T required(@Nullable T row) throws SQLException {
        if (row == null) {
            throw new SQLException("a row is missing");
        }
        return row;
    }
}
