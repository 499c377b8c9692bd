package io.assent.coordinator.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.assent.coordinator.engine.DecisionLog.Reply;
import io.assent.coordinator.engine.DecisionLog.Status;
import io.assent.coordinator.log.LogProperties.Mode;
import io.assent.embeddedpostgres.EmbeddedPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Goal: nothing is decided on a server that must not decide (L4), and the operator is told why. Method: a server of our
 * own, made unfit in each way.
 */
class ConnectionVerifierIntegrationTests {

    private static EmbeddedPostgres server;
    private static int databases;

    private String database;

    @BeforeAll
    static void start() {
        server = EmbeddedPostgres.temporary();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void create() {
        database = "log" + ++databases;
        server.createDatabase(database, "log", "secret");
    }

    @AfterEach
    void reset() throws SQLException {
        administer(
                "alter role log reset all",
                "alter system reset synchronous_standby_names",
                "alter system reset synchronous_commit",
                "select pg_reload_conf()");
    }

    @Test
    void acceptsASoundServerAndTellsItsIdentity() throws SQLException {
        assertThat(verify(OpenLog.settings().build())).isEqualTo(systemIdentifier());
    }

    @Test
    void refusesAnotherServerThanTheExpectedOne() {
        assertThatExceptionOfType(LogRefusedException.class)
                .isThrownBy(
                        () -> verify(OpenLog.settings().systemIdentifier("123").build()))
                .withMessageContaining("belongs to 123")
                .withMessageContaining("expected-system-identifier=" + systemIdentifier());
    }

    @Test
    void learnsWhereTheLogIsAndRefusesACopyOfItElsewhere() throws SQLException {
        LogProperties properties = OpenLog.settings().build();
        try (OpenLog log = open(properties);
                Connection connection = log.pool().getConnection()) {
            ConnectionVerifier verifier = new ConnectionVerifier(properties);
            verifier.learn(connection, verifier.verify(connection).systemIdentifier());
            verifier.learn(connection, verifier.verify(connection).systemIdentifier());
            assertThat(log.count("select count(*) from assent_log_identity where system_identifier = '"
                            + systemIdentifier() + "'"))
                    .isEqualTo(1);

            // As a dump of this log, restored in another cluster, would look there.
            log.execute("update assent_log_identity set system_identifier = '123'");
            assertThatExceptionOfType(LogRefusedException.class).isThrownBy(() -> verify(properties));

            String moved = systemIdentifier();
            LogProperties onPurpose = OpenLog.settings().systemIdentifier(moved).build();
            ConnectionVerifier expecting = new ConnectionVerifier(onPurpose);
            expecting.learn(connection, expecting.verify(connection).systemIdentifier());
            assertThatCode(() -> verify(properties))
                    .as("the new identity is remembered")
                    .doesNotThrowAnyException();
        }
    }

    @Test
    void refusesAServerWithoutAStandbyUnlessOneServerWasChosen() throws SQLException {
        assertThatExceptionOfType(LogRefusedException.class)
                .isThrownBy(
                        () -> verify(OpenLog.settings().mode(Mode.REPLICATED).build()))
                .withMessageContaining("synchronous_standby_names is empty")
                .withMessageContaining("assent.coordinator.log.mode=single");

        administer("alter system set synchronous_standby_names = 'somebody'", "select pg_reload_conf()");
        await().untilAsserted(() -> assertThat(
                        verify(OpenLog.settings().mode(Mode.REPLICATED).build()))
                .isNotBlank());
    }

    @Test
    void refusesASessionThatDoesNotWaitForItsCommit() throws SQLException {
        for (String value : new String[] {"off", "local", "remote_write"}) {
            administer("alter role log set synchronous_commit = " + value);
            assertThatExceptionOfType(LogRefusedException.class)
                    .isThrownBy(() -> verify(OpenLog.settings().build()))
                    .withMessageContaining("synchronous_commit is " + value);
        }
        administer("alter role log set synchronous_commit = remote_apply");
        assertThat(verify(OpenLog.settings().build())).isNotBlank();
    }

    @Test
    void makesSureThatWarningsArrive() throws SQLException {
        administer("alter role log set client_min_messages = error");
        try (Connection connection = connect()) {
            new ConnectionVerifier(OpenLog.settings().build()).verify(connection);
            try (Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery("show client_min_messages")) {
                row.next();
                assertThat(row.getString(1))
                        .as("L1: a cancelled wait is a warning")
                        .isEqualTo("warning");
            }
        }
    }

    @Test
    void settingsOfTheUserThatWouldBreakTheLogAreNotInEffect() throws SQLException {
        administer(
                "alter role log set statement_timeout = '30s'",
                "alter role log set lock_timeout = '30s'",
                "alter role log set default_transaction_isolation = 'serializable'");
        try (Connection connection = connect()) {
            new ConnectionVerifier(OpenLog.settings().build()).verify(connection);
            try (Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery("select current_setting('statement_timeout'),"
                            + " current_setting('lock_timeout'), current_setting('transaction_isolation')")) {
                row.next();
                assertThat(row.getString(1)).as("L2").isEqualTo("0");
                assertThat(row.getString(2)).isEqualTo("0");
                assertThat(row.getString(3)).isEqualTo("read committed");
            }
        }
    }

    @Test
    void aRunningLogNoticesThatItsServerHasBecomeUnfit() throws SQLException {
        LogProperties properties = OpenLog.settings().build();
        try (OpenLog log = open(properties)) {
            assertThat(Drafts.get(log.port().decide(Drafts.commit(Drafts.id(), 1)))
                            .status())
                    .isEqualTo(Status.OK);

            administer("alter system set synchronous_commit = off", "select pg_reload_conf()");

            await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
                Reply refused = Drafts.get(log.port().decide(Drafts.commit(Drafts.id(), 1)));
                assertThat(refused.status()).isEqualTo(Status.UNAVAILABLE);
                assertThat(refused.detail()).contains("synchronous_commit is off");
            });
        }
    }

    @Test
    void refusesAStandby() throws Exception {
        try (EmbeddedPostgres standby = EmbeddedPostgres.temporary()) {
            standby.createDatabase("log", "log", "secret");
            LogDatabase there = new LogDatabase(standby.jdbcUrl("log"), "log", "secret");
            LogProperties properties = OpenLog.settings().build();
            try (OpenLog log = OpenLog.open(there, properties)) {
                Path signal = standby.directory().resolve("postgres").resolve("standby.signal");
                Files.createFile(signal);
                standby.restart();

                await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
                    Reply refused = Drafts.get(log.port().decide(Drafts.commit(Drafts.id(), 1)));
                    assertThat(refused.status()).isEqualTo(Status.UNAVAILABLE);
                    assertThat(refused.detail()).contains("standby");
                });
                assertThat(Drafts.get(log.port().find(java.util.List.of())).status())
                        .as("L6: not even reading")
                        .isEqualTo(Status.UNAVAILABLE);

                Files.delete(signal);
                standby.restart();
                await().atMost(Duration.ofSeconds(20))
                        .until(() -> Drafts.get(log.port().decide(Drafts.commit(Drafts.id(), 1)))
                                        .status()
                                == Status.OK);
            }
        }
    }

    @Test
    void nothingIsCompiledJustInTimeWhateverTheServersDefault_AndTheUsersOptionsStay() throws SQLException {
        administer("alter role log set jit = on");
        LogDatabase there = new LogDatabase(server.jdbcUrl(database) + "?options=-c%20work_mem=5MB", "log", "secret");
        try (OpenLog log = OpenLog.open(there, OpenLog.settings().build());
                Connection connection = log.pool().getConnection();
                Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery("select current_setting('jit') || ' ' || current_setting('work_mem')")) {
            row.next();
            assertThat(row.getString(1)).isEqualTo("off 5MB");
        }
    }

    private OpenLog open(LogProperties properties) {
        return OpenLog.open(new LogDatabase(server.jdbcUrl(database), "log", "secret"), properties);
    }

    private Connection connect() throws SQLException {
        return DriverManager.getConnection(server.jdbcUrl(database), "log", "secret");
    }

    private String verify(LogProperties properties) throws SQLException {
        try (Connection connection = connect()) {
            return new ConnectionVerifier(properties).verify(connection).systemIdentifier();
        }
    }

    private static String systemIdentifier() {
        try (Connection connection = server.superuserConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select system_identifier::text from pg_control_system()")) {
            row.next();
            return row.getString(1);
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    private static void administer(String... statements) throws SQLException {
        try (Connection connection = server.superuserConnection();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }
}
