package io.assent.coordinator.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.assent.coordinator.engine.DecisionLog;
import io.assent.coordinator.engine.DecisionLog.NewTransaction;
import io.assent.coordinator.engine.DecisionLog.Reply;
import io.assent.coordinator.engine.DecisionLog.Status;
import io.assent.coordinator.log.LogApplication;
import io.assent.coordinator.log.LogDatabase;
import io.assent.embeddedpostgres.EmbeddedPostgres;
import io.assent.embeddedpostgres.TestPostgres;
import io.assent.protocol.TransactionId;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Goal: the log starts with no configuration at all, on a durable PostgreSQL of its own, and with a configured one; a
 * mistake in the configuration is named. Method: the wired application.
 */
@ExtendWith(OutputCaptureExtension.class)
class DatabaseConfigurationIntegrationTests {

    @TempDir
    private Path directory;

    @Test
    void withoutAUrlADurableServerIsStartedThatTheNextInstanceJoinsAndTheNextStartFindsAgain(CapturedOutput output)
            throws Exception {
        TransactionId id = TransactionId.create(Instant.now(), ThreadLocalRandom.current());
        try (ConfigurableApplicationContext first = embedded()) {
            assertThat(output).contains("embedded PostgreSQL").contains("not meant for production");
            assertThat(setting(first, "fsync")).isEqualTo("on");
            assertThat(setting(first, "synchronous_commit")).isEqualTo("on");
            assertThat(begin(first, id).status()).isEqualTo(Status.OK);
            assertThat(first.getBean("decisionLogHealthIndicator", HealthIndicator.class)
                            .health()
                            .getStatus()
                            .getCode())
                    .isEqualTo("UP");

            try (ConfigurableApplicationContext second = embedded()) {
                assertThat(second.getBean(EmbeddedPostgres.class).pid())
                        .isEqualTo(first.getBean(EmbeddedPostgres.class).pid());
                assertThat(found(second, id)).isTrue();
            }
            assertThat(found(first, id)).as("the server stays while it is used").isTrue();
        }
        try (ConfigurableApplicationContext later = embedded()) {
            assertThat(found(later, id)).isTrue();
        }
    }

    @Test
    void withAUrlThatDatabaseIsUsedAndNothingIsStarted() throws Exception {
        TestPostgres.Database database = TestPostgres.shared().freshDatabase("configured");
        try (ConfigurableApplicationContext application = LogApplication.start(
                "spring.datasource.url=" + database.jdbcUrl(),
                "spring.datasource.username=" + database.username(),
                "spring.datasource.password=" + database.password())) {
            assertThat(application.getBeansOfType(EmbeddedPostgres.class)).isEmpty();
            assertThat(application.getBean(LogDatabase.class).url()).isEqualTo(database.jdbcUrl());
            TransactionId id = TransactionId.create(Instant.now(), ThreadLocalRandom.current());
            assertThat(begin(application, id).status()).isEqualTo(Status.OK);
        }
    }

    @Test
    void anotherDatabaseThanPostgresqlIsRefused() {
        assertThatThrownBy(() -> LogApplication.start("spring.datasource.url=jdbc:mysql://localhost/x"))
                .hasStackTraceContaining("spring.datasource.url must start with jdbc:postgresql:");
    }

    @Test
    void aLogThatMustNotDecideEndsTheStart() {
        TestPostgres.Database database = TestPostgres.shared().freshDatabase("refused");
        assertThatThrownBy(() -> LogApplication.start(
                        "spring.datasource.url=" + database.jdbcUrl(),
                        "spring.datasource.username=" + database.username(),
                        "spring.datasource.password=" + database.password(),
                        "assent.coordinator.log.connect-timeout=1s",
                        "assent.coordinator.log.mode=replicated"))
                .hasStackTraceContaining("synchronous_standby_names is empty");
    }

    @Test
    void aValueOutOfRangeEndsTheStartAndIsNamed() {
        assertThatThrownBy(() -> LogApplication.start(
                        "spring.datasource.url=jdbc:postgresql://localhost:1/x", "assent.coordinator.log.writers=0"))
                .hasStackTraceContaining("assent.coordinator.log.writers is 0; allowed is 1 to 16");
    }

    private ConfigurableApplicationContext embedded() {
        return LogApplication.start("assent.coordinator.embedded-database.directory=" + directory);
    }

    private static Reply begin(ConfigurableApplicationContext application, TransactionId id) throws Exception {
        return application
                .getBean(DecisionLog.class)
                .begin(new NewTransaction(id, null, Duration.ofMinutes(1), null, null))
                .toCompletableFuture()
                .get(30, TimeUnit.SECONDS);
    }

    private static boolean found(ConfigurableApplicationContext application, TransactionId id) throws Exception {
        return application
                .getBean(DecisionLog.class)
                .find(List.of(id))
                .toCompletableFuture()
                .get(30, TimeUnit.SECONDS)
                .records()
                .containsKey(id);
    }

    private static String setting(ConfigurableApplicationContext application, String name) throws SQLException {
        try (Connection connection = application.getBean(DataSource.class).getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("show " + name)) {
            row.next();
            return row.getString(1);
        }
    }
}
