package io.assent.coordinator.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.assent.coordinator.engine.DecisionLog.NewTransaction;
import io.assent.coordinator.engine.DecisionLog.Proposal;
import io.assent.coordinator.engine.DecisionLog.Reading;
import io.assent.coordinator.engine.DecisionLog.Reply;
import io.assent.coordinator.engine.DecisionLog.Status;
import io.assent.coordinator.protocol.Branch;
import io.assent.embeddedpostgres.EmbeddedPostgres;
import io.assent.protocol.Decision;
import io.assent.protocol.TransactionId;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyManager;

/**
 * Goal: a log that was restored from a backup never answers for what it may have lost, and a log that only failed over is
 * not held up. Method: real servers, a real base backup (files copied between {@code pg_backup_start} and
 * {@code pg_backup_stop}) that is recovered on a new timeline, a real copy of the rows into another cluster, and instances
 * that saw the log before, or did not.
 */
class RestoredLogIntegrationTests {

    private static final LogProperties PROPERTIES = OpenLog.settings().build();

    @TempDir
    private Path directory;

    @Test
    void aRestartIsTrustedAndSoIsAFailoverThatARunningInstanceSaw() throws Exception {
        try (EmbeddedPostgres server = server("primary")) {
            migrated(server);
            LogEpochs epochs = new LogEpochs(PROPERTIES);
            look(epochs, server);
            beat(epochs, server);
            server.restart();
            look(epochs, server);
            promoted(server);
            look(epochs, server);

            assertThat(count(server, "select count(*) from assent_log_epoch")).isEqualTo(1);
            assertThat(count(server, "select timeline from assent_log_epoch")).isEqualTo(2);
            assertThat(count(server, "select count(*) from assent_log_epoch where held_from is not null"))
                    .isZero();
            assertStatus(server, Status.OK);
        }
    }

    @Test
    void aFailoverThatNobodySawIsHeldUntilAnInstanceThatSawTheLogBeforeTellsThatItIsAllThere() throws Exception {
        try (EmbeddedPostgres server = server("primary")) {
            migrated(server);
            LogEpochs old = new LogEpochs(PROPERTIES);
            look(old, server);
            beat(old, server);
            promoted(server);

            look(new LogEpochs(PROPERTIES), server);
            assertThat(count(server, "select count(*) from assent_log_epoch where ambiguous and ended_at is null"))
                    .isEqualTo(1);
            assertStatus(server, Status.HELD);

            look(old, server);
            assertThat(count(server, "select count(*) from assent_log_epoch where ended_because like '%failover'"))
                    .isEqualTo(1);
            assertStatus(server, Status.OK);

            // And it can vouch for the next one at once.
            promoted(server);
            look(old, server);
            assertThat(count(server, "select count(*) from assent_log_epoch")).isEqualTo(2);
            assertThat(count(server, "select max(timeline) from assent_log_epoch"))
                    .isEqualTo(3);
        }
    }

    @Test
    void whatARestoredLogMayHaveLostIsHeld() throws Exception {
        TransactionId kept = Drafts.id();
        TransactionId open = Drafts.id();
        TransactionId lost;
        LogEpochs witness = new LogEpochs(PROPERTIES);
        try (EmbeddedPostgres server = server("primary")) {
            try (OpenLog log = OpenLog.open(database(server), PROPERTIES)) {
                look(witness, server);
                beat(witness, server);
                commit(log, kept);
                begin(log, open);
                backUp(server, directory.resolve("restored"));
                // Decided after the backup: the restored log does not know it.
                lost = Drafts.id();
                commit(log, lost);
                assertThat(Drafts.get(log.port().close(open, null, null)).status())
                        .isEqualTo(Status.OK);
                Branch branch = Drafts.get(log.port().find(List.of(open)))
                        .records()
                        .get(open)
                        .branches()
                        .get(0);
                assertThat(Drafts.get(log.port()
                                        .decide(new Proposal(
                                                3,
                                                open,
                                                Decision.COMMIT,
                                                null,
                                                null,
                                                List.of(branch),
                                                null,
                                                Duration.ofSeconds(1),
                                                null)))
                                .record()
                                .decision())
                        .isEqualTo(Decision.COMMIT);
                beat(witness, server);
            }
        }
        Files.createFile(directory.resolve("restored/postgres/recovery.signal"));
        try (EmbeddedPostgres server = server("restored")) {
            // No instance that saw the log before is left: the new timeline alone tells.
            try (OpenLog log = OpenLog.open(database(server), PROPERTIES)) {
                for (TransactionId id : List.of(lost, open)) {
                    for (Reply reply : List.of(
                            Drafts.get(log.port().decide(Drafts.rollback(id, 7))),
                            Drafts.get(log.port().decide(Drafts.commit(id, 7))))) {
                        assertThat(reply.status()).isEqualTo(Status.HELD);
                        assertThat(reply.detail()).contains("restored", "operator");
                    }
                }
                assertThat(Drafts.get(log.port()
                                        .begin(new NewTransaction(lost, null, Duration.ofMinutes(1), null, null)))
                                .status())
                        .isEqualTo(Status.HELD);
                assertThat(Drafts.get(log.port().decide(Drafts.rollback(kept, 7)))
                                .record()
                                .decision())
                        .as("what it shows as decided stands")
                        .isEqualTo(Decision.COMMIT);
                Reading reading = Drafts.get(log.port().find(List.of(kept, lost, open)));
                assertThat(reading.unreadable()).as("nothing can be said of it").containsExactly(lost);
                assertThat(reading.records().get(open).decision()).isNull();
                assertThat(log.count("select count(*) from assent_transaction")).isEqualTo(2);
                assertThat(log.count("select count(*) from assent_log_epoch where ambiguous"))
                        .isEqualTo(1);

                // Somebody comes back who knows more than this log: no failover, then.
                look(witness, server);
                assertThat(log.count("select count(*) from assent_log_epoch where epoch = 2 and not ambiguous and"
                                + " ended_at is null"))
                        .isEqualTo(1);
                assertThat(log.count("select count(*) from assent_log_epoch")).isEqualTo(2);

                // A person decides one, and then ends the hold.
                Branch branch = Drafts.branch("1", Drafts.SHOP);
                Reply settled = Drafts.get(log.log().settle(lost, Decision.COMMIT, List.of(branch), "payment has it"));
                assertThat(settled.status()).isEqualTo(Status.OK);
                assertThat(Drafts.get(log.port().decide(Drafts.rollback(lost, 8)))
                                .record()
                                .decision())
                        .isEqualTo(Decision.COMMIT);
                assertThat(Drafts.get(log.log().settle(lost, Decision.ROLLBACK, List.of(), "no"))
                                .status())
                        .as("final")
                        .isEqualTo(Status.CONFLICT);
                assertThat(Drafts.get(log.port().claim(10, Duration.ofMinutes(1))))
                        .extracting(record -> record.id())
                        .contains(lost);
                assertThat(log.count("select count(*) from assent_log_settlement where reason = 'payment has it'"))
                        .isEqualTo(1);
                try (Connection connection = log.connection()) {
                    assertThat(LogEpochs.end(connection, 2, "the log is complete"))
                            .isTrue();
                    assertThat(LogEpochs.end(connection, 2, "again")).isFalse();
                }
                assertThat(Drafts.get(log.port().decide(Drafts.rollback(open, 9)))
                                .status())
                        .isEqualTo(Status.OK);
                assertThat(Drafts.get(log.log().settle(Drafts.id(), Decision.COMMIT, List.of(branch), "x"))
                                .status())
                        .as("nothing is held any more")
                        .isEqualTo(Status.ABSENT);
            }
        }
    }

    @Test
    void aRunningInstanceNoticesARestoreOnTheSameTimeline() throws Exception {
        LogEpochs running = new LogEpochs(PROPERTIES);
        TransactionId lost = Drafts.id();
        Path copy = directory.resolve("copy");
        try (EmbeddedPostgres server = server("primary")) {
            try (OpenLog log = OpenLog.open(database(server), PROPERTIES)) {
                look(running, server);
                beat(running, server);
                backUp(server, copy);
                commit(log, lost);
                beat(running, server);
            }
        }
        // Without recovery.signal it comes up on the timeline of the backup, as after a crash.
        try (EmbeddedPostgres server = server("copy");
                OpenLog log = OpenLog.open(database(server), PROPERTIES)) {
            assertThat(log.count("select max(timeline) from assent_log_epoch")).isEqualTo(1);
            look(running, server);
            assertThat(log.count("select count(*) from assent_log_epoch where epoch = 2 and held_from < known_until"))
                    .isEqualTo(1);
            awaitStatus(log, lost, Status.HELD);
            assertThat(Drafts.get(log.port().decide(Drafts.rollback(idOfAge(Duration.ofMinutes(70)), 1)))
                            .status())
                    .as("too old to have been committed in what was lost")
                    .isEqualTo(Status.OK);
        }
    }

    @Test
    void aCopyOfTheRowsInAnotherClusterIsHeld() throws Exception {
        TransactionId kept = Drafts.id();
        TransactionId lost = Drafts.id();
        try (EmbeddedPostgres from = server("primary");
                EmbeddedPostgres to = server("other")) {
            try (OpenLog log = OpenLog.open(database(from), PROPERTIES)) {
                LogEpochs epochs = new LogEpochs(PROPERTIES);
                look(epochs, from);
                beat(epochs, from);
                commit(log, kept);
                copyInto(from, to);
                commit(log, lost);
            }
            String there = systemIdentifier(to);
            LogProperties moved = OpenLog.settings().systemIdentifier(there).build();
            try (OpenLog log = OpenLog.open(database(to), moved)) {
                assertThat(Drafts.get(log.port().decide(Drafts.rollback(lost, 2)))
                                .status())
                        .isEqualTo(Status.HELD);
                assertThat(Drafts.get(log.port().decide(Drafts.rollback(kept, 2)))
                                .record()
                                .decision())
                        .isEqualTo(Decision.COMMIT);
                assertThat(log.count(
                                "select count(*) from assent_log_epoch where evidence like '%moved%" + there + "'"))
                        .isEqualTo(1);
            }
        }
    }

    private static TransactionId idOfAge(Duration age) {
        return TransactionId.create(
                java.time.Instant.now().minus(age), java.util.concurrent.ThreadLocalRandom.current());
    }

    private static void commit(OpenLog log, TransactionId id) {
        assertThat(Drafts.get(log.port().decide(Drafts.commit(id, 1))).status()).isEqualTo(Status.OK);
    }

    private static void begin(OpenLog log, TransactionId id) {
        assertThat(Drafts.get(log.port().begin(new NewTransaction(id, null, Duration.ofMinutes(5), null, null)))
                        .status())
                .isEqualTo(Status.OK);
        assertThat(Drafts.get(log.port().enlist(id, Drafts.branch("1", Drafts.SHOP), null))
                        .status())
                .isEqualTo(Status.OK);
    }

    /** Until connections that a restart broke have been replaced. */
    private static void awaitStatus(OpenLog log, TransactionId id, Status status) {
        await().untilAsserted(() -> assertThat(
                        Drafts.get(log.port().decide(Drafts.commit(id, 1))).status())
                .isEqualTo(status));
    }

    private EmbeddedPostgres server(String name) {
        EmbeddedPostgres server = EmbeddedPostgres.builder()
                .dataDirectory(directory.resolve(name))
                .setting("restore_command", "false")
                .start();
        await().until(() -> isPrimary(server));
        return server;
    }

    private static boolean isPrimary(EmbeddedPostgres server) throws SQLException {
        try (Connection connection = server.superuserConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select not pg_is_in_recovery()")) {
            row.next();
            return row.getBoolean(1);
        }
    }

    private static LogDatabase database(EmbeddedPostgres server) {
        server.createDatabase("log", "log", "secret");
        return new LogDatabase(server.jdbcUrl("log"), "log", "secret");
    }

    /** The schema, and nobody who is connected: an instance without a memory could look before the one that is meant. */
    private static void migrated(EmbeddedPostgres server) {
        OpenLog.open(database(server), PROPERTIES).close();
    }

    private static void assertStatus(EmbeddedPostgres server, Status status) {
        try (OpenLog log = OpenLog.open(database(server), PROPERTIES)) {
            assertThat(Drafts.get(log.port().decide(Drafts.commit(Drafts.id(), 1)))
                            .status())
                    .isEqualTo(status);
        }
    }

    private static long count(EmbeddedPostgres server, String query) throws SQLException {
        try (Connection connection = connect(server);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getLong(1);
        }
    }

    private static void look(LogEpochs epochs, EmbeddedPostgres server) throws SQLException {
        try (Connection connection = connect(server)) {
            epochs.look(connection, systemIdentifier(server));
        }
    }

    private static void beat(LogEpochs epochs, EmbeddedPostgres server) throws SQLException {
        try (Connection connection = connect(server)) {
            epochs.beat(connection);
        }
    }

    private static Connection connect(EmbeddedPostgres server) throws SQLException {
        return java.sql.DriverManager.getConnection(server.jdbcUrl("log"), "log", "secret");
    }

    private static String systemIdentifier(EmbeddedPostgres server) throws SQLException {
        try (Connection connection = server.superuserConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select system_identifier::text from pg_control_system()")) {
            row.next();
            return row.getString(1);
        }
    }

    /** The same server on the next timeline, as a standby is after its promotion. */
    private static void promoted(EmbeddedPostgres server) throws Exception {
        Files.createFile(server.directory().resolve("postgres").resolve("standby.signal"));
        server.restart();
        try (Connection connection = server.superuserConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("select pg_promote(true, 60)");
        }
    }

    /** A base backup: the files of a running server, and what it takes to recover them. */
    private static void backUp(EmbeddedPostgres server, Path target) throws Exception {
        Path data = server.directory().resolve("postgres");
        try (Connection connection = server.superuserConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("select pg_backup_start('test', true)");
            copy(server.directory(), target);
            String label;
            try (ResultSet row = statement.executeQuery("select labelfile from pg_backup_stop(false)")) {
                row.next();
                label = row.getString(1);
            }
            // The log up to the end of the backup; an archive would hold it.
            copy(data.resolve("pg_wal"), target.resolve("postgres/pg_wal"));
            Files.writeString(target.resolve("postgres/backup_label"), label);
        }
        Files.deleteIfExists(target.resolve("postgres/postmaster.pid"));
        Files.deleteIfExists(target.resolve("postgres/postmaster.opts"));
        Files.setPosixFilePermissions(target.resolve("postgres"), PosixFilePermissions.fromString("rwx------"));
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            files.forEach(file -> {
                Path copied = to.resolve(from.relativize(file).toString());
                try {
                    if (Files.isDirectory(file)) {
                        Files.createDirectories(copied);
                    } else if (Files.isRegularFile(file)) {
                        Files.copy(
                                file, copied, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.COPY_ATTRIBUTES);
                    }
                } catch (java.nio.file.NoSuchFileException e) {
                    // Gone meanwhile, which a base backup allows for.
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }

    /** What pg_dump and psql do with the rows: each table, by COPY. */
    private static void copyInto(EmbeddedPostgres from, EmbeddedPostgres to) throws Exception {
        // The schema, and partitions of the same range.
        OpenLog.open(database(to), PROPERTIES).close();
        try (Connection source = connect(from);
                Connection target = connect(to);
                Statement clear = target.createStatement()) {
            clear.execute("delete from assent_log_epoch");
            clear.execute("delete from assent_log_identity");
            for (String table :
                    List.of("assent_transaction", "assent_log_identity", "assent_log_epoch", "assent_log_life")) {
                ByteArrayOutputStream rows = new ByteArrayOutputStream();
                new CopyManager(source.unwrap(org.postgresql.core.BaseConnection.class))
                        .copyOut("copy (select * from " + table + ") to stdout", rows);
                try (InputStream in = new ByteArrayInputStream(rows.toByteArray())) {
                    target.unwrap(PGConnection.class).getCopyAPI().copyIn("copy " + table + " from stdin", in);
                }
            }
        }
    }
}
