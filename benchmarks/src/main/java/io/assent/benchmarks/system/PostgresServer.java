package io.assent.benchmarks.system;

import io.assent.demo.system.Database;
import io.assent.embeddedpostgres.EmbeddedPostgres;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HexFormat;

/** A durable PostgreSQL server of its own, and how much write-ahead log it has written. Thread-safe. */
public final class PostgresServer implements AutoCloseable {

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

    private final EmbeddedPostgres server;

    private PostgresServer(EmbeddedPostgres server) {
        this.server = server;
    }

    static PostgresServer start(Path directory) {
        return new PostgresServer(EmbeddedPostgres.builder()
                .dataDirectory(directory)
                // No checkpoint falls into the run: the first change of a page after one writes the whole page, and who
                // happens to make it would seem to cost more.
                .setting("checkpoint_timeout", "1d")
                .setting("max_wal_size", "16GB")
                .setting("max_connections", "1000")
                .setting("max_prepared_transactions", "300")
                .start());
    }

    Database createDatabase(String name, String schema) {
        byte[] secret = new byte[16];
        new SecureRandom().nextBytes(secret);
        Database database =
                new Database(server.jdbcUrl(name), name, HexFormat.of().formatHex(secret));
        server.createDatabase(name, name, database.password());
        if (!schema.isEmpty()) {
            try (Connection connection = database.connect();
                    Statement statement = connection.createStatement()) {
                statement.execute(schema);
            } catch (SQLException e) {
                throw new IllegalStateException("The tables of " + name + " could not be made: " + e.getMessage(), e);
            }
        }
        return database;
    }

    /**
     * What it has written so far. Bytes are exact; a connection reports its flushes once a second while it works, and what is
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

    /** Such as 18.6. */
    public String version() {
        try (Connection connection = server.superuserConnection()) {
            return connection.getMetaData().getDatabaseProductVersion();
        } catch (SQLException e) {
            throw new IllegalStateException("PostgreSQL does not tell its version: " + e.getMessage(), e);
        }
    }

    /** The CPU time of all of its processes. */
    public CpuMeter cpu() {
        return CpuMeter.ofTree(server.pid());
    }

    @Override
    public void close() {
        server.close();
    }
}
