package io.assent.coordinator.log;

import com.zaxxer.hikari.HikariDataSource;
import io.assent.coordinator.engine.DecisionLog;
import io.assent.embeddedpostgres.TestPostgres;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;

/** A decision log on a database, as the application wires it, but without the application. */
record OpenLog(
        PostgresDecisionLog log,
        HikariDataSource pool,
        LogDatabase database,
        LogMetrics metrics,
        LogProperties properties,
        LogConnections connections)
        implements AutoCloseable {

    static LogDatabase database(TestPostgres.Database database) {
        return new LogDatabase(database.jdbcUrl(), database.username(), database.password());
    }

    static LogDatabase freshDatabase() {
        return database(TestPostgres.shared().freshDatabase("log"));
    }

    /** Of connections to the only log, wherever it is. */
    static ConnectionVerifier verifier(LogProperties properties) {
        LogDatabase somewhere = new LogDatabase("jdbc:postgresql:somewhere", null, null);
        return new ConnectionVerifier(properties, LogSite.alone(somewhere, properties));
    }

    static OpenLog open(LogDatabase database, LogProperties properties) {
        return open(database, properties, UnaryOperator.identity());
    }

    /** A log that its owner has migrated, and a role with the least rights with which coordinators can use it. */
    static LogDatabase restricted(TestPostgres.Database owned) {
        LogDatabase runtime = roleWithoutRights(owned);
        Flyway.configure()
                .dataSource(owned.jdbcUrl(), owned.username(), owned.password())
                .load()
                .migrate();
        try (Connection owner = connection(database(owned))) {
            LogRights.grant(owner, runtime.username());
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
        return runtime;
    }

    /** A role that may connect to the database, and nothing else. */
    static LogDatabase roleWithoutRights(TestPostgres.Database owned) {
        String role = owned.username() + "_runtime";
        try (Connection administrator = TestPostgres.shared().server().superuserConnection();
                Statement statement = administrator.createStatement()) {
            statement.execute("create role " + role + " login password 'runtime'");
            statement.execute("grant connect on database " + owned.name() + " to " + role);
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
        return new LogDatabase(owned.jdbcUrl(), role, "runtime");
    }

    /** As {@link #open}, of a log that was migrated. */
    static OpenLog migrated(LogDatabase database, LogProperties properties, Instant... looks) {
        return at(database, properties, List.of(looks), UnaryOperator.identity(), Availability.always(), false);
    }

    /** A log that was first used so long ago, and whose coordinators have looked after its partitions every hour since. */
    static OpenLog aged(LogDatabase database, LogProperties properties, Duration age) {
        Instant now = Instant.now();
        List<Instant> looks = new ArrayList<>();
        for (Instant look = now.minus(age); look.isBefore(now); look = look.plus(Duration.ofHours(1))) {
            looks.add(look);
        }
        looks.add(now);
        return at(database, properties, looks);
    }

    /** @param writers wraps what makes the writers' connections */
    static OpenLog open(LogDatabase database, LogProperties properties, UnaryOperator<DataSource> writers) {
        return at(database, properties, List.of(Instant.now()), writers, Availability.always());
    }

    static OpenLog open(
            LogDatabase database,
            LogProperties properties,
            UnaryOperator<DataSource> writers,
            Availability availability) {
        return at(database, properties, List.of(Instant.now()), writers, availability);
    }

    /** @param looks when partitions were looked after; with none there are none */
    static OpenLog at(LogDatabase database, LogProperties properties, List<Instant> looks) {
        return at(database, properties, looks, UnaryOperator.identity(), Availability.always());
    }

    private static OpenLog at(
            LogDatabase database,
            LogProperties properties,
            List<Instant> looks,
            UnaryOperator<DataSource> writers,
            Availability availability) {
        return at(database, properties, looks, writers, availability, true);
    }

    private static OpenLog at(
            LogDatabase database,
            LogProperties properties,
            List<Instant> looks,
            UnaryOperator<DataSource> writers,
            Availability availability,
            boolean migrate) {
        ConnectionVerifier verifier = new ConnectionVerifier(properties, LogSite.alone(database, properties));
        LogConnections connections = new LogConnections(database, properties, verifier);
        HikariDataSource pool = DecisionLogConfiguration.pool(connections, properties, "log");
        if (migrate) {
            Flyway.configure().dataSource(pool).load().migrate();
        }
        LogMetrics metrics = LogMetrics.in(new SimpleMeterRegistry(), "main");
        Partitions partitions = new Partitions(properties, metrics);
        for (Instant look : looks) {
            try (Connection connection = pool.getDataSource().getConnection()) {
                partitions.makeFirst(connection, look);
            } catch (SQLException e) {
                throw new AssertionError(e);
            }
        }
        PostgresDecisionLog log = new PostgresDecisionLog(
                properties,
                new PostgresDecisionLog.Access(
                        writers.apply(connections.planningOnce("assent-decide")), pool, verifier, availability),
                metrics);
        return new OpenLog(log, pool, database, metrics, properties, connections);
    }

    DecisionLog port() {
        return log;
    }

    Connection connection() throws SQLException {
        return connection(database);
    }

    static Connection connection(LogDatabase database) throws SQLException {
        return DriverManager.getConnection(database.url(), database.username(), database.password());
    }

    /** Executes statements as the log's user, outside the log. */
    void execute(String... statements) {
        try (Connection connection = connection();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    long count(String query) {
        try (Connection connection = connection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getLong(1);
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        log.close();
        pool.close();
    }

    /** Lifetime one hour, retention two hours, five branches, one writer of batches up to 256, impatient. */
    static Settings settings() {
        return new Settings();
    }

    /** The properties of a test. */
    static final class Settings {

        private LogProperties.Mode mode = LogProperties.Mode.SINGLE;
        private String systemIdentifier;
        private int writers = 2;
        private Duration progressDelay = Duration.ofMillis(20);
        private int maxBatch = 256;
        private int queue = 10_000;
        private Duration socketTimeout = Duration.ofSeconds(10);
        private Duration retention = Duration.ofHours(2);
        private Duration width = Duration.ofHours(1);

        Settings mode(LogProperties.Mode value) {
            mode = value;
            return this;
        }

        Settings systemIdentifier(String value) {
            systemIdentifier = value;
            return this;
        }

        Settings writers(int value) {
            writers = value;
            return this;
        }

        Settings maxBatch(int value) {
            maxBatch = value;
            return this;
        }

        Settings queue(int value) {
            queue = value;
            return this;
        }

        Settings socketTimeout(Duration value) {
            socketTimeout = value;
            return this;
        }

        Settings progressDelay(Duration value) {
            progressDelay = value;
            return this;
        }

        Settings retention(Duration value) {
            retention = value;
            return this;
        }

        Settings partitionWidth(Duration value) {
            width = value;
            return this;
        }

        LogProperties build() {
            return new LogProperties(
                    mode,
                    systemIdentifier,
                    writers,
                    maxBatch,
                    progressDelay,
                    queue,
                    6,
                    socketTimeout,
                    Duration.ofSeconds(2),
                    Duration.ofSeconds(5),
                    5,
                    Duration.ofHours(1),
                    retention,
                    width,
                    Duration.ofMinutes(1),
                    Duration.ofSeconds(10));
        }
    }
}
