package io.assent.embeddedpostgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Goal: the embedded server keeps what was committed or prepared over every way of ending, and several processes share
 * one directory without harm. Method: real servers in temporary directories; processes that are killed are real JVMs.
 */
class EmbeddedPostgresIntegrationTests {

    @TempDir
    Path directory;

    @Test
    void isDurableAndAcceptsPreparedTransactionsByDefault() throws SQLException {
        try (EmbeddedPostgres postgres = start()) {
            assertThat(show(postgres, "fsync")).isEqualTo("on");
            assertThat(show(postgres, "synchronous_commit")).isEqualTo("on");
            assertThat(show(postgres, "full_page_writes")).isEqualTo("on");
            assertThat(show(postgres, "max_connections")).isEqualTo("200");
            assertThat(Integer.parseInt(show(postgres, "max_prepared_transactions")))
                    .isPositive();
            assertThat(show(postgres, "listen_addresses")).isEqualTo("127.0.0.1");
            assertThat(show(postgres, "unix_socket_directories")).isEmpty();
        }
    }

    @Test
    void keepsDataAndPreparedTransactionsOverStopAndStart() throws SQLException {
        try (EmbeddedPostgres postgres = start()) {
            postgres.createDatabase("shop", "shop", "secret");
            execute(postgres, "create table t (id int)", "insert into t values (1)");
            execute(postgres, "begin", "insert into t values (2)", "prepare transaction 'in-doubt'");
        }
        try (EmbeddedPostgres postgres = start()) {
            assertThat(query(postgres, "select count(*) from t")).isEqualTo("1");
            assertThat(query(postgres, "select gid from pg_prepared_xacts")).isEqualTo("in-doubt");
            execute(postgres, "commit prepared 'in-doubt'");
            assertThat(query(postgres, "select count(*) from t")).isEqualTo("2");
        }
    }

    @Test
    void keepsDataAndPreparedTransactionsWhenTheServerIsKilled() throws SQLException {
        try (EmbeddedPostgres postgres = start()) {
            postgres.createDatabase("shop", "shop", "secret");
            execute(postgres, "create table t (id int)");
            execute(postgres, "begin", "insert into t values (2)", "prepare transaction 'in-doubt'");
            long killed = postgres.pid();
            int port = postgres.port();

            postgres.kill();
            await().until(() -> !postgres.isRunning());
            postgres.restart();

            assertThat(postgres.pid()).isNotEqualTo(killed);
            assertThat(postgres.port()).isEqualTo(port);
            assertThat(query(postgres, "select gid from pg_prepared_xacts")).isEqualTo("in-doubt");
            execute(postgres, "rollback prepared 'in-doubt'");
        }
    }

    @Test
    void asksForThePasswordAndKeepsOtherUsersOut() throws SQLException {
        try (EmbeddedPostgres postgres = start()) {
            postgres.createDatabase("shop", "shop", "it's \\ secret");
            postgres.createDatabase("other", "other", "secret");
            postgres.createDatabase("shop", "shop", "changed");
            assertThatExceptionOfType(SQLException.class)
                    .isThrownBy(() -> DriverManager.getConnection(postgres.jdbcUrl("shop"), "shop", "wrong"))
                    .withMessageContaining("password authentication failed");
            assertThatExceptionOfType(SQLException.class)
                    .isThrownBy(() -> DriverManager.getConnection(postgres.jdbcUrl("shop"), "other", "secret"))
                    .withMessageContaining("permission denied");
            assertThat(query(
                            postgres,
                            "select usesuper::text from pg_user where usename = 'shop'",
                            "shop",
                            "shop",
                            "changed"))
                    .isEqualTo("false");
            assertThatIllegalArgumentException().isThrownBy(() -> postgres.createDatabase("a\"b", "shop", "secret"));
        }
    }

    @Test
    void secondUserJoinsAndTheLastOneToCloseStopsTheServer() throws SQLException {
        EmbeddedPostgres first = start();
        EmbeddedPostgres second = start();
        assertThat(second.pid()).isEqualTo(first.pid());
        assertThat(second.port()).isEqualTo(first.port());

        first.close();
        assertThat(query(second, "select 1", "postgres", second.superuser(), second.superuserPassword()))
                .isEqualTo("1");
        second.close();
        assertThat(ProcessHandle.of(second.pid()).filter(ProcessHandle::isAlive).isPresent() && second.isRunning())
                .isFalse();
        assertThat(directory.resolve("postgres/postmaster.pid")).doesNotExist();
    }

    @Test
    void secondUserCannotMoveTheServerToAnotherPort() {
        try (EmbeddedPostgres first = start()) {
            int other = first.port() == 65_535 ? 65_534 : first.port() + 1;
            assertThatExceptionOfType(EmbeddedPostgresException.class)
                    .isThrownBy(() -> EmbeddedPostgres.builder()
                            .dataDirectory(directory)
                            .port(other)
                            .portOption("--postgres-port")
                            .start())
                    .withMessageContaining("runs on port " + first.port())
                    .withMessageContaining("--postgres-port");
            assertThat(first.isRunning()).isTrue();
        }
    }

    @Test
    void adoptsTheServerOfAKilledProcess() throws Exception {
        try (OtherProcess killed = OtherProcess.start(directory, directory.resolve("other.log"))) {
            killed.awaitLine("started");
            long pid =
                    Postmaster.of(directory.resolve("postgres")).orElseThrow().pid();
            killed.kill();

            try (EmbeddedPostgres postgres = start()) {
                assertThat(postgres.pid()).isEqualTo(pid);
            }
            assertThat(directory.resolve("postgres/postmaster.pid")).doesNotExist();
        }
    }

    @Test
    void restartsTheServerOfAKilledProcessWhenSettingsDiffer() throws Exception {
        try (OtherProcess killed = OtherProcess.start(directory, directory.resolve("other.log"))) {
            killed.awaitLine("started");
            long pid =
                    Postmaster.of(directory.resolve("postgres")).orElseThrow().pid();
            killed.kill();

            try (EmbeddedPostgres postgres = EmbeddedPostgres.builder()
                    .dataDirectory(directory)
                    .setting("max_prepared_transactions", "77")
                    .start()) {
                assertThat(postgres.pid()).isNotEqualTo(pid);
                assertThat(show(postgres, "max_prepared_transactions")).isEqualTo("77");
            }
        }
    }

    @Test
    void anotherProcessJoinsAndItsEndDoesNotStopTheServer() throws Exception {
        try (EmbeddedPostgres postgres = start();
                OtherProcess other = OtherProcess.start(directory, directory.resolve("other.log"))) {
            other.awaitLine("started");
            other.closeAndAwaitEnd();
            assertThat(query(postgres, "select 1", "postgres", postgres.superuser(), postgres.superuserPassword()))
                    .isEqualTo("1");
        }
    }

    @Test
    void severalProcessesUnpackAndStartAtOnce() throws Exception {
        Path cache = directory.resolve("cache");
        List<OtherProcess> processes = new ArrayList<>();
        try {
            for (int i = 0; i < 3; i++) {
                processes.add(OtherProcess.start(
                        directory.resolve("data"),
                        directory.resolve("other" + i + ".log"),
                        "-D" + CacheDirectory.PROPERTY + "=" + cache));
            }
            for (OtherProcess process : processes) {
                process.awaitLine("started");
            }
            try (var entries = Files.list(cache)) {
                assertThat(entries.filter(Files::isDirectory)).hasSize(1);
            }
            for (OtherProcess process : processes) {
                process.closeAndAwaitEnd();
            }
            assertThat(directory.resolve("data/postgres/postmaster.pid")).doesNotExist();
        } finally {
            processes.forEach(OtherProcess::close);
        }
    }

    @Test
    void unpacksAnewWhenAFileIsMissing() throws Exception {
        Path cache = directory.resolve("cache");
        Binaries binaries = Binaries.unpacked(cache, Platform.current());
        Files.delete(binaries.program("postgres"));
        assertThat(Binaries.unpacked(cache, Platform.current()).program("postgres"))
                .exists();
    }

    @Test
    void takenPortIsNamedWithItsOption() throws Exception {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            assertThatExceptionOfType(PortInUseException.class)
                    .isThrownBy(() -> EmbeddedPostgres.builder()
                            .dataDirectory(directory)
                            .port(socket.getLocalPort())
                            .portOption("--postgres-port")
                            .start())
                    .withMessageContaining("Port " + socket.getLocalPort())
                    .withMessageContaining("--postgres-port")
                    .satisfies(e -> assertThat(e.port()).isEqualTo(socket.getLocalPort()));
        }
    }

    @Test
    void dataOfAnotherMajorVersionIsRefusedAndKept() throws Exception {
        Path version = Files.createDirectories(directory.resolve("postgres")).resolve("PG_VERSION");
        Files.writeString(version, "12\n");
        assertThatExceptionOfType(EmbeddedPostgresException.class)
                .isThrownBy(this::start)
                .withMessageContaining("was made by PostgreSQL 12, this is PostgreSQL 18");
        assertThat(version).hasContent("12");
    }

    @Test
    void directoryThatIsAFileIsRefused() throws Exception {
        Path file = Files.createFile(directory.resolve("file"));
        assertThatExceptionOfType(EmbeddedPostgresException.class)
                .isThrownBy(() -> EmbeddedPostgres.builder().dataDirectory(file).start())
                .withMessageContaining("not a directory in which this user may write");
    }

    @Test
    void serverThatDoesNotStartShowsTheEndOfItsLog() {
        assertThatExceptionOfType(EmbeddedPostgresException.class)
                .isThrownBy(() -> EmbeddedPostgres.builder()
                        .dataDirectory(directory)
                        .setting("max_connections", "many")
                        .start())
                .withMessageContaining("invalid value for parameter \"max_connections\"");
    }

    @Test
    void stalePidFileOfAnotherProgramDoesNotPreventTheStart() throws Exception {
        start().close();
        // After a reboot the server's pid may belong to any program: here to this JVM.
        Files.writeString(
                directory.resolve("postgres/postmaster.pid"),
                ProcessHandle.current().pid() + "\n" + directory.resolve("postgres") + "\n1\n1\n");
        try (EmbeddedPostgres postgres = start()) {
            assertThat(postgres.isRunning()).isTrue();
        }
    }

    @Test
    void temporaryServerLeavesNothingBehind() {
        EmbeddedPostgres postgres = EmbeddedPostgres.temporary();
        assertThat(postgres.isRunning()).isTrue();
        postgres.close();
        assertThat(postgres.directory()).doesNotExist();
    }

    @Test
    void sharedServerHandsOutSeparateDatabases() throws SQLException {
        TestPostgres.Database one = TestPostgres.shared().freshDatabase("one");
        TestPostgres.Database two = TestPostgres.shared().freshDatabase("one");
        assertThat(one.jdbcUrl()).isNotEqualTo(two.jdbcUrl());
        DriverManager.getConnection(two.jdbcUrl(), two.username(), two.password())
                .close();
    }

    private EmbeddedPostgres start() {
        return EmbeddedPostgres.builder().dataDirectory(directory).start();
    }

    private static String show(EmbeddedPostgres postgres, String setting) throws SQLException {
        return query(postgres, "show " + setting, "postgres", postgres.superuser(), postgres.superuserPassword());
    }

    private static String query(EmbeddedPostgres postgres, String sql) throws SQLException {
        return query(postgres, sql, "shop", "shop", "secret");
    }

    private static String query(EmbeddedPostgres postgres, String sql, String database, String user, String password)
            throws SQLException {
        try (Connection connection = DriverManager.getConnection(postgres.jdbcUrl(database), user, password);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            assertThat(rows.next()).isTrue();
            return rows.getString(1);
        }
    }

    private static void execute(EmbeddedPostgres postgres, String... statements) throws SQLException {
        try (Connection connection = DriverManager.getConnection(postgres.jdbcUrl("shop"), "shop", "secret");
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    /** A JVM that opens the directory and closes it when its standard input ends. */
    private record OtherProcess(Process process, Path output) implements AutoCloseable {

        static OtherProcess start(Path directory, Path output, String... jvmOptions) throws Exception {
            List<String> command = new ArrayList<>();
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            command.addAll(List.of(jvmOptions));
            command.addAll(List.of(
                    "-cp", System.getProperty("java.class.path"), OpenUntilInputEnds.class.getName(), directory + ""));
            return new OtherProcess(
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(output.toFile())
                            .start(),
                    output);
        }

        void awaitLine(String line) {
            await().atMost(Duration.ofSeconds(60)).until(() -> {
                if (!process.isAlive()) {
                    throw new AssertionError("ended:\n" + Files.readString(output));
                }
                return Files.readAllLines(output).contains(line);
            });
        }

        void kill() throws InterruptedException {
            process.destroyForcibly().waitFor();
        }

        void closeAndAwaitEnd() throws Exception {
            process.getOutputStream().close();
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).as(Files.readString(output)).isZero();
        }

        @Override
        public void close() {
            process.destroyForcibly();
        }
    }
}
