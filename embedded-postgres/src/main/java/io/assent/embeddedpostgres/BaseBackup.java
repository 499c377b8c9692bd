package io.assent.embeddedpostgres;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A copy of a running primary, as {@code pg_basebackup} makes it, which the Maven artifacts do not hold: PostgreSQL's
 * low-level backup functions around a copy of the files. A temporary replication slot keeps the primary's log until the new
 * standby has connected; it goes with this object's connection, so nothing is left behind on any way out. For one thread.
 */
final class BaseBackup implements AutoCloseable {

    /** What is in these directories is the running server's own; the directories themselves must be there. */
    private static final Set<String> EMPTY = Set.of(
            "pg_wal",
            "pg_replslot",
            "pg_dynshmem",
            "pg_notify",
            "pg_serial",
            "pg_snapshots",
            "pg_stat_tmp",
            "pg_subtrans");

    private static final Set<String> LEFT_OUT = Set.of(
            "postmaster.pid",
            "postmaster.opts",
            "standby.signal",
            "recovery.signal",
            "backup_label",
            "tablespace_map",
            "pg_internal.init");

    /** Last, as pg_basebackup does: it must not be older than a file of the copy. */
    private static final String CONTROL_FILE = "pg_control";

    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private final EmbeddedPostgres primary;
    private final Connection connection;

    private BaseBackup(EmbeddedPostgres primary, Connection connection) {
        this.primary = primary;
        this.connection = connection;
    }

    /** @throws EmbeddedPostgresException if the primary does not run or is no primary */
    static BaseBackup begin(EmbeddedPostgres primary) {
        try {
            Connection connection = primary.superuserConnection();
            BaseBackup backup = new BaseBackup(primary, connection);
            try {
                backup.query("select pg_create_physical_replication_slot('assent_' || pg_backend_pid(), true, true)");
                backup.query("select pg_backup_start('standby', true)");
            } catch (SQLException e) {
                connection.close();
                throw e;
            }
            return backup;
        } catch (SQLException e) {
            throw failure(e);
        }
    }

    String superuserPassword() {
        return primary.superuserPassword();
    }

    /** Ends the backup. The target is an empty directory; afterwards a server that is started in it is a standby. */
    void copyTo(Path target) throws IOException {
        Path source = primary.data();
        copyTree(source, target);
        Files.copy(
                source.resolve("global").resolve(CONTROL_FILE),
                target.resolve("global").resolve(CONTROL_FILE),
                StandardCopyOption.COPY_ATTRIBUTES);
        String label;
        try {
            label = query("select labelfile from pg_backup_stop(false)");
        } catch (SQLException e) {
            throw failure(e);
        }
        // Without it the copy would take its own, later checkpoint for the place from which to recover.
        Private.write(target.resolve("backup_label"), label);
        Private.write(target.resolve("standby.signal"), "");
    }

    private static void copyTree(Path source, Path target) throws IOException {
        Files.walkFileTree(source, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
                    throws IOException {
                Path relative = source.relativize(directory);
                String name = relative.toString();
                if (name.startsWith("pgsql_tmp")
                        || directory.getFileName().toString().startsWith("pgsql_tmp")) {
                    return FileVisitResult.SKIP_SUBTREE;
                }
                Private.createDirectories(target.resolve(name));
                return EMPTY.contains(name) ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                String name = file.getFileName().toString();
                if (!LEFT_OUT.contains(name) && !name.equals(CONTROL_FILE)) {
                    try {
                        Files.copy(
                                file,
                                target.resolve(source.relativize(file).toString()),
                                StandardCopyOption.COPY_ATTRIBUTES);
                    } catch (NoSuchFileException e) {
                        // Dropped meanwhile: so does the log that the standby replays.
                    }
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
                if (e instanceof NoSuchFileException) {
                    return FileVisitResult.CONTINUE;
                }
                throw e;
            }
        });
    }

    /** Returns when the standby of this name follows the primary. */
    void awaitStreaming(String applicationName, Duration timeout) {
        if (!streams(connection, applicationName, timeout)) {
            throw new EmbeddedPostgresException("The standby " + applicationName + " did not follow the primary on"
                    + " 127.0.0.1:" + primary.port() + " within " + timeout.toSeconds() + " s");
        }
    }

    /** Whether the standby of this name follows the primary before the time is over. */
    static boolean streams(Connection primary, String applicationName, Duration timeout) {
        long deadline = System.nanoTime() + timeout.toNanos();
        try (PreparedStatement statement = primary.prepareStatement(
                "select 1 from pg_stat_replication where application_name = ? and state = 'streaming'")) {
            statement.setString(1, applicationName);
            while (true) {
                try (ResultSet row = statement.executeQuery()) {
                    if (row.next()) {
                        return true;
                    }
                }
                if (System.nanoTime() - deadline > 0) {
                    return false;
                }
                LockSupport.parkNanos(POLL_NANOS);
            }
        } catch (SQLException e) {
            throw failure(e);
        }
    }

    private String query(String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        }
    }

    private static EmbeddedPostgresException failure(SQLException e) {
        return new EmbeddedPostgresException("The primary cannot be copied: " + e.getMessage(), e);
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw failure(e);
        }
    }
}
