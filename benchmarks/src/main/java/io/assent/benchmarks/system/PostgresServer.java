package io.assent.benchmarks.system;

import io.assent.demo.system.Database;
import io.assent.embeddedpostgres.EmbeddedPostgres;
import io.assent.embeddedpostgres.ReplicatedPostgres;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A durable PostgreSQL server, with a synchronous standby if wanted, and how much write-ahead log it has written. Thread-safe. */
public final class PostgresServer implements AutoCloseable {

    private static final Duration DISCONNECTED_WITHIN = Duration.ofSeconds(10);

    /**
     * Counters of a server since it was made.
     *
     * @param flushes how often its write-ahead log was flushed to disk
     * @param bytes of write-ahead log
     */
    public record Wal(long flushes, long bytes) {

        public Wal minus(Wal earlier) {
            return new Wal(flushes - earlier.flushes, bytes - earlier.bytes);
        }
    }

    /**
     * What a server has room for.
     *
     * @param connections at once
     * @param preparedTransactions at once
     */
    public record Capacity(int connections, int preparedTransactions) {}

    private final EmbeddedPostgres server;
    private final @Nullable ReplicatedPostgres pair;

    private PostgresServer(EmbeddedPostgres server, @Nullable ReplicatedPostgres pair) {
        this.server = server;
        this.pair = pair;
    }

    /** Starts one whose data is in this directory, which is made. */
    public static PostgresServer start(Path directory, Capacity capacity) {
        EmbeddedPostgres.Builder builder = EmbeddedPostgres.builder().dataDirectory(directory);
        settings(capacity).forEach(builder::setting);
        return new PostgresServer(builder.start(), null);
    }

    /** A commit returns when the standby has it on disk, too. */
    static PostgresServer startReplicated(Path directory, Capacity capacity) {
        ReplicatedPostgres.Builder builder = ReplicatedPostgres.builder().dataDirectory(directory);
        settings(capacity).forEach(builder::setting);
        ReplicatedPostgres pair = builder.start();
        return new PostgresServer(pair.primary(), pair);
    }

    private static Map<String, String> settings(Capacity capacity) {
        return Map.of(
                // No checkpoint falls into the run: the first change of a page after one writes the whole page, and who
                // happens to make it would seem to cost more.
                "checkpoint_timeout",
                "1d",
                "max_wal_size",
                "16GB",
                "max_connections",
                Integer.toString(capacity.connections()),
                "max_prepared_transactions",
                Integer.toString(capacity.preparedTransactions()));
    }

    /**
     * A new database, with an owner of the same name. Its connections do not wait for a lock without end, as the doctor of the
     * starter advises.
     *
     * @param schema statements that make its tables; empty: none
     */
    public Database createDatabase(String name, String schema) {
        byte[] secret = new byte[16];
        new SecureRandom().nextBytes(secret);
        Database database = new Database(
                pair == null ? server.jdbcUrl(name) : pair.jdbcUrl(name),
                name,
                HexFormat.of().formatHex(secret));
        server.createDatabase(name, name, database.password());
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("alter role current_user set lock_timeout = '5s'");
            if (!schema.isEmpty()) {
                statement.execute(schema);
            }
        } catch (SQLException e) {
            throw new IllegalStateException("The tables of " + name + " could not be made: " + e.getMessage(), e);
        }
        return database;
    }

    /**
     * What it has written so far, without what a standby writes again. Bytes are exact; a connection reports its flushes once a second while it works, and what is
     * left ten seconds after it has gone idle.
     */
    public Wal wal() {
        try (Connection connection = server.superuserConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("""
                        select (select coalesce(sum(fsyncs), 0)::bigint from pg_stat_io where object = 'wal'),
                            (pg_current_wal_insert_lsn() - '0/0')::bigint
                        """)) {
            row.next();
            return new Wal(row.getLong(1), row.getLong(2));
        } catch (SQLException e) {
            throw new IllegalStateException("PostgreSQL does not tell what it has written: " + e.getMessage(), e);
        }
    }

    /** How many clients are connected to a database. */
    public long connections(String database) {
        try (Connection connection = server.superuserConnection();
                PreparedStatement query = connection.prepareStatement("""
                        select count(*) from pg_stat_activity where datname = ? and backend_type = 'client backend'
                        """)) {
            query.setString(1, database);
            try (ResultSet row = query.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        } catch (SQLException e) {
            throw new IllegalStateException("PostgreSQL does not tell who is connected: " + e.getMessage(), e);
        }
    }

    /**
     * Waits, for ten seconds at most, until no more than {@code most} clients are connected to a database. A connection that ends
     * reports what it has flushed at once, not seconds later.
     *
     * @return whether that came to be
     */
    public boolean awaitConnections(String database, long most) throws InterruptedException {
        long since = System.nanoTime();
        while (connections(database) > most) {
            if (System.nanoTime() - since > DISCONNECTED_WITHIN.toNanos()) {
                return false;
            }
            Thread.sleep(20);
        }
        return true;
    }

    /** Such as 18.6. */
    public String version() {
        try (Connection connection = server.superuserConnection()) {
            return connection.getMetaData().getDatabaseProductVersion();
        } catch (SQLException e) {
            throw new IllegalStateException("PostgreSQL does not tell its version: " + e.getMessage(), e);
        }
    }

    /** The CPU time of all of its processes, and of its standby's. */
    public CpuMeter cpu() {
        CpuMeter own = CpuMeter.ofTree(server.pid());
        return pair == null ? own : own.and(CpuMeter.ofTree(pair.standby().pid()));
    }

    @Override
    public void close() {
        if (pair == null) {
            server.close();
        } else {
            pair.close();
        }
    }
}
