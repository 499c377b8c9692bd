package io.assent.coordinator.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.assent.coordinator.engine.DecisionLog;
import io.assent.coordinator.engine.DecisionLog.Status;
import io.assent.embeddedpostgres.EmbeddedPostgres;
import io.assent.embeddedpostgres.TestAuthority;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Goal: with {@code sslmode=verify-full} every connection to the log is encrypted, and leads to the server that the
 * certificate names or nowhere. Method: a real server with a certificate of a test authority, good for {@code localhost}.
 */
class EncryptedLogIntegrationTests {

    @TempDir
    static Path directory;

    private static TestAuthority authority;
    private static EmbeddedPostgres server;

    @BeforeAll
    static void start() throws Exception {
        authority = new TestAuthority(directory.resolve("authority"));
        TestAuthority.Identity identity = authority.identity("localhost");
        server = EmbeddedPostgres.builder()
                .dataDirectory(directory.resolve("server"))
                .setting("ssl", "on")
                .setting("ssl_cert_file", identity.certificate().toString())
                .setting("ssl_ca_file", authority.certificate().toString())
                .setting("ssl_key_file", identity.key().toString())
                .start();
        server.createDatabase("log", "owner", "owner");
        try (Connection connection = server.superuserConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("create role runtime login password 'runtime'");
            statement.execute("grant connect on database log to runtime");
        }
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void everyConnectionIsEncryptedAndVerifiedOnBothSides() throws Exception {
        TestAuthority.Identity own = authority.identity("coordinator");
        String parameters = "&sslcert=" + own.certificate() + "&sslkey=" + own.binaryKey();
        try (ConfigurableApplicationContext log = log("log", "localhost", authority.certificate() + parameters)) {
            assertThat(Drafts.get(log.getBean(DecisionLog.class).decide(Drafts.commit(Drafts.id(), 1)))
                            .status())
                    .isEqualTo(Status.OK);
            assertThat(rows("select a.application_name from pg_stat_activity a join pg_stat_ssl s using (pid)"
                            + " where a.datname = 'log' and s.ssl"))
                    .contains("assent-decide", "assent-heartbeat", "assent-log");
            assertThat(rows("select distinct s.ssl || coalesce(s.client_dn, ' without a certificate')"
                            + " from pg_stat_activity a join pg_stat_ssl s using (pid) where a.datname = 'log'"
                            + " and a.backend_type = 'client backend'"))
                    .containsExactly("true/CN=coordinator");
        }
    }

    @Test
    void anotherAuthorityAndAnotherHostAreRefusedBeforeAnythingIsSent() throws Exception {
        TestAuthority other = new TestAuthority(directory.resolve("other"));
        server.createDatabase("refused", "owner", "owner");

        assertThatThrownBy(() -> log("refused", "localhost", other.certificate()))
                .hasStackTraceContaining("PKIX path validation failed");
        assertThatThrownBy(() -> log("refused", "127.0.0.1", authority.certificate()))
                .hasStackTraceContaining("The hostname 127.0.0.1 could not be verified");

        assertThat(rows("select sessions from pg_stat_database where datname = 'refused'"))
                .as("nobody got as far as the password")
                .containsExactly("0");
    }

    private static ConfigurableApplicationContext log(String database, String host, Object root) {
        return LogApplication.start(
                "spring.datasource.url=jdbc:postgresql://" + host + ":" + server.port() + "/" + database
                        + "?sslmode=verify-full&sslrootcert=" + root,
                "spring.datasource.username=runtime",
                "spring.datasource.password=runtime",
                "spring.flyway.user=owner",
                "spring.flyway.password=owner",
                "assent.coordinator.log.connect-timeout=2s");
    }

    private static List<String> rows(String query) throws SQLException {
        List<String> rows = new ArrayList<>();
        try (Connection connection = server.superuserConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            while (row.next()) {
                rows.add(row.getString(1));
            }
        }
        return rows;
    }
}
