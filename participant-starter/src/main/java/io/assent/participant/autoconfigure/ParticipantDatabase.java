package io.assent.participant.autoconfigure;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.assent.participant.engine.BranchResourceException;
import io.assent.participant.postgres.DatabaseVitals;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.jdbc.DataSourceUnwrapper;
import org.springframework.core.io.ClassPathResource;
import org.springframework.jdbc.datasource.init.ScriptUtils;

/**
 * The participant's database: checked once at the start, with its marker table, and with connections of its own for ending
 * branches. Those must not come from the application's pool: work that waits there for the locks of prepared branches would
 * keep out the very orders that release them.
 */
final class ParticipantDatabase implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(ParticipantDatabase.class);

    private static final Table MARKERS =
            new Table("assent_branch_marker", "io/assent/participant/schema-postgresql.sql");

    private static final Table RESERVATIONS =
            new Table("assent_reservation", "io/assent/participant/schema-reservations-postgresql.sql");

    /** Any number; two replicas that start at once must not create the table at once. */
    private static final long SCHEMA_LOCK = 0x617373656e74L;

    private static final int MAX_OPEN_OF_UNKNOWN_POOL = 5;

    private final int maxOpen;
    private final int maxPrepared;
    private final @Nullable Integer poolSize;
    private final DataSource completion;
    private final @Nullable HikariDataSource ownPool;
    private final Remembered<DatabaseVitals.Places> places;

    ParticipantDatabase(DataSource dataSource, ParticipantProperties properties) {
        this(dataSource, () -> completionPool(dataSource, properties.completionPoolSize()), properties);
    }

    /** @param completionPool makes the connections for ending branches; null: the DataSource's own are used */
    ParticipantDatabase(
            DataSource dataSource,
            Supplier<@Nullable HikariDataSource> completionPool,
            ParticipantProperties properties) {
        try (Connection connection = dataSource.getConnection()) {
            check(connection);
            require(MARKERS, connection, properties);
            maxPrepared = maxPrepared(connection, properties.maxPrepared());
        } catch (SQLException e) {
            throw new IllegalStateException(
                    "The participant's database could not be checked (SQLSTATE " + e.getSQLState() + "): "
                            + e.getMessage(),
                    e);
        }
        HikariDataSource pool = DataSourceUnwrapper.unwrap(dataSource, HikariDataSource.class);
        maxOpen = maxOpen(pool, properties.late().maxOpen());
        poolSize = pool == null ? null : Integer.valueOf(pool.getMaximumPoolSize());
        ownPool = completionPool.get();
        completion = ownPool == null ? dataSource : ownPool;
        places = new Remembered<>(() -> DatabaseVitals.places(completion), Duration.ofSeconds(1));
        if (ownPool == null) {
            log.info(
                    "The DataSource is no HikariCP pool: branches are ended on its own connections. Make it large enough"
                            + " that work waiting for locks leaves some free.");
        }
    }

    /** Whether there is a table of reservations. */
    boolean hasReservations() {
        try (Connection connection = completion.getConnection()) {
            return RESERVATIONS.isThere(connection);
        } catch (SQLException e) {
            throw new IllegalStateException(
                    "The participant's database could not be asked for its tables: " + e.getMessage(), e);
        }
    }

    /** Makes sure that there is one. */
    void requireReservations(ParticipantProperties properties) {
        try (Connection connection = completion.getConnection()) {
            require(RESERVATIONS, connection, properties);
        } catch (SQLException e) {
            throw new IllegalStateException(
                    "The participant's database could not be asked for its tables: " + e.getMessage(), e);
        }
    }

    /** Connections for ending branches, in autocommit mode. */
    DataSource completion() {
        return completion;
    }

    /** How many branches may be held open (late prepare). */
    int maxOpen() {
        return maxOpen;
    }

    /** Up to how many prepared transactions in the whole server work is let in. */
    int maxPrepared() {
        return maxPrepared;
    }

    /** How many connections the application has; null if nobody knows. */
    @Nullable
    Integer poolSize() {
        return poolSize;
    }

    /**
     * How many transactions are prepared in the whole server, by whomever: they share its places.
     *
     * @throws BranchResourceException if it does not answer
     */
    int prepared() {
        try (Connection connection = completion.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select count(*) from pg_prepared_xact()")) {
            row.next();
            return row.getInt(1);
        } catch (SQLException e) {
            throw new BranchResourceException("the prepared transactions could not be counted: " + e.getMessage(), e);
        }
    }

    /**
     * The server's places for prepared transactions, as of this second: several metrics tell of them.
     *
     * @throws BranchResourceException if it does not answer
     */
    DatabaseVitals.Places places() {
        return places.get();
    }

    @Override
    public void close() {
        if (ownPool != null) {
            ownPool.close();
        }
    }

    /** A quarter is left to other processes, whose running work nobody here knows. */
    private static int maxPrepared(Connection connection, @Nullable Integer configured) throws SQLException {
        int there = Integer.parseInt(String.valueOf(show(connection, "show max_prepared_transactions")));
        if (configured != null && configured > there) {
            throw new ParticipantStartException(
                    "assent.participant.max-prepared is " + configured
                            + ", and PostgreSQL's max_prepared_transactions is " + there + ".",
                    "Set it to less, or enlarge max_prepared_transactions in postgresql.conf and restart PostgreSQL.");
        }
        return configured != null ? configured : Math.max(1, there - Math.max(1, there / 4));
    }

    /** Open branches keep their connections; calls of all others need some, too. */
    private static int maxOpen(@Nullable HikariDataSource pool, @Nullable Integer configured) {
        if (pool == null) {
            return configured != null ? configured : MAX_OPEN_OF_UNKNOWN_POOL;
        }
        int size = pool.getMaximumPoolSize();
        if (configured != null && configured >= size) {
            throw new ParticipantStartException(
                    "assent.participant.late.max-open is " + configured + ", and the pool has " + size
                            + " connections: open branches could take all of them.",
                    "Set it below spring.datasource.hikari.maximum-pool-size, or enlarge the pool.");
        }
        return configured != null ? configured : size / 2;
    }

    private static @Nullable HikariDataSource completionPool(DataSource dataSource, int size) {
        HikariDataSource pool = DataSourceUnwrapper.unwrap(dataSource, HikariDataSource.class);
        if (pool == null) {
            return null;
        }
        HikariConfig config = new HikariConfig();
        pool.copyStateTo(config);
        return completionPool(config, "assent-completion", size);
    }

    /** Connections for ending branches, to the address of {@code config}. */
    static HikariDataSource completionPool(HikariConfig config, String name, int size) {
        config.setPoolName(name);
        config.setMaximumPoolSize(size);
        config.setMinimumIdle(1);
        config.setAutoCommit(true);
        config.setReadOnly(false);
        // The warning that a wait for the standby was cancelled (L1) must arrive, whatever the user's default.
        String initialized = config.getConnectionInitSql();
        config.setConnectionInitSql(
                (initialized == null ? "" : initialized + "; ") + "set client_min_messages = warning");
        config.setInitializationFailTimeout(-1);
        config.setMetricRegistry(null);
        config.setMetricsTrackerFactory(null);
        return new HikariDataSource(config);
    }

    /** @throws ParticipantStartException if no branch can be prepared there */
    static void check(Connection connection) throws SQLException {
        String product = connection.getMetaData().getDatabaseProductName();
        if (!product.toLowerCase(Locale.ROOT).equals("postgresql")) {
            throw new ParticipantStartException(
                    "The DataSource is " + product + "; branches are prepared in PostgreSQL only.",
                    "Point spring.datasource.url at a PostgreSQL database, or switch the starter off with"
                            + " assent.enabled=false.");
        }
        if ("0".equals(show(connection, "show max_prepared_transactions"))) {
            throw new ParticipantStartException(
                    "PostgreSQL's max_prepared_transactions is 0, so no branch can be prepared.",
                    "Set max_prepared_transactions in postgresql.conf to at least the number of branches in flight (for"
                            + " example 100) and restart PostgreSQL.");
        }
        if ("t".equals(show(connection, "select pg_is_in_recovery()"))) {
            throw new ParticipantStartException(
                    "The DataSource leads to a standby; branches are prepared on the primary only.",
                    "Point spring.datasource.url at the primary, for example with targetServerType=primary.");
        }
    }

    private static void require(Table table, Connection connection, ParticipantProperties properties)
            throws SQLException {
        if (properties.schema().initialize() == ParticipantProperties.Schema.Initialize.ALWAYS) {
            create(table, connection);
        }
        if (!table.isThere(connection)) {
            throw new ParticipantStartException(
                    "The table " + table.name() + " is missing.",
                    "Set assent.participant.schema.initialize=always, or run " + table.script()
                            + " from the starter's jar in your own migrations.");
        }
    }

    private static void create(Table table, Connection connection) throws SQLException {
        boolean autoCommit = connection.getAutoCommit();
        connection.setAutoCommit(false);
        try (Statement lock = connection.createStatement()) {
            lock.execute("select pg_advisory_xact_lock(" + SCHEMA_LOCK + ")");
            // Only if it is missing: "create index if not exists" asks for a lock that branches in doubt hold, and the
            // process that could end them would wait for it at its start.
            if (!table.isThere(connection)) {
                lock.execute("set local lock_timeout = '10s'");
                ScriptUtils.executeSqlScript(connection, new ClassPathResource(table.script()));
            }
            connection.commit();
        } catch (SQLException | RuntimeException e) {
            connection.rollback();
            throw new ParticipantStartException(
                    "The table " + table.name() + " could not be created: " + e.getMessage() + ".",
                    "Grant the user the right to create it, or run " + table.script()
                            + " from the starter's jar in your own migrations and set"
                            + " assent.participant.schema.initialize=never.");
        } finally {
            connection.setAutoCommit(autoCommit);
        }
    }

    /** A table of this starter, and the script that creates it. */
    private record Table(String name, String script) {

        boolean isThere(Connection connection) throws SQLException {
            return show(connection, "select to_regclass('" + name + "')::text") != null;
        }
    }

    private static @Nullable String show(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            return row.next() ? row.getString(1) : null;
        }
    }
}
