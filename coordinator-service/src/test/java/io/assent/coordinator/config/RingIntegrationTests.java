package io.assent.coordinator.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.assent.coordinator.shard.Ring;
import io.assent.coordinator.web.Http;
import io.assent.embeddedpostgres.TestPostgres;
import io.assent.embeddedpostgres.TestPostgres.Database;
import io.assent.protocol.TransactionId;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Goal: a log is added without moving a transaction, and no mistake in the configuration lets an instance look for one where
 * it is not. Method: the whole service, started with one configuration after the other, on real databases.
 */
@ExtendWith(OutputCaptureExtension.class)
class RingIntegrationTests {

    private final Database main = TestPostgres.shared().freshDatabase("main");
    private final Database second = TestPostgres.shared().freshDatabase("second");
    private final Random random = new Random();

    @Test
    void a_log_is_added_and_every_transaction_stays_where_it_is() throws SQLException {
        List<TransactionId> before =
                Stream.generate(() -> id(Instant.now())).limit(20).toList();
        Instant since = Instant.now().plus(Duration.ofMinutes(30)).truncatedTo(ChronoUnit.SECONDS);
        Instant earlier;
        try (ConfigurableApplicationContext alone = service(main)) {
            before.forEach(id -> assertThat(decided(http(alone), id)).isEqualTo("COMMIT"));
            try (ConfigurableApplicationContext grown = service(main, second(second, since))) {
                assertThat(http(grown).get("/v1/logs").json().path("logs").findValuesAsString("since"))
                        .containsExactly(since.toString());
                assertThat(decided(http(grown), id(Instant.now()))).isEqualTo("COMMIT");
                assertThat(decided(http(alone), id(Instant.now())))
                        .as("until then, an instance that does not know the new log goes on")
                        .isEqualTo("COMMIT");
                assertThat(number(second, "select count(*) from assent_transaction"))
                        .as("nothing is in the new log before its time")
                        .isZero();
            }
            earlier = Instant.now().truncatedTo(ChronoUnit.MILLIS);
            timePassesUntilTheLogTakesPart(earlier);
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(http(alone)
                                    .get("/actuator/health/readiness")
                                    .status())
                            .as("an instance that still does not know it decides nothing any more")
                            .isEqualTo(503));
        }
        try (ConfigurableApplicationContext grown = service(main, second(second, earlier))) {
            Ring ring = new Ring(List.of(new Ring.Member("main", null), new Ring.Member("second", earlier)));
            List<TransactionId> after =
                    Stream.generate(() -> id(Instant.now())).limit(20).toList();
            after.forEach(id -> assertThat(decided(http(grown), id)).isEqualTo("COMMIT"));
            assertThat(after.stream().map(ring::logOf).distinct()).hasSize(2);
            for (TransactionId id : after) {
                assertThat(recorded(second, id)).isEqualTo(ring.logOf(id).equals("second"));
                assertThat(recorded(main, id)).isEqualTo(ring.logOf(id).equals("main"));
            }
            for (TransactionId id : before) {
                assertThat(http(grown).get("/v1/transactions/" + id).text("decision"))
                        .isEqualTo("COMMIT");
                assertThat(recorded(main, id)).isTrue();
            }
        }
    }

    @Test
    void a_ring_that_is_not_the_recorded_one_ends_the_start(CapturedOutput output) {
        Database empty = TestPostgres.shared().freshDatabase("empty");
        service(main, second(second, null)).close();

        refused(output, "is the log second", second, second(main, null));
        refused(output, "is not configured with it", main);
        refused(
                output,
                "That never changes",
                main,
                second(second, Instant.now().plus(Duration.ofHours(1)).truncatedTo(ChronoUnit.SECONDS)));
        refused(output, "log second is in use, but the database at its address is empty", main, second(empty, null));
        refused(output, "have the same address", main, second(main, null));
        refused(
                output,
                "is configured twice",
                main,
                List.of("--assent.coordinator.log.shards.main.url=" + empty.jdbcUrl()));

        try (ConfigurableApplicationContext right = service(main, second(second, null))) {
            assertThat(http(right).get("/actuator/health/readiness").status()).isEqualTo(200);
        }
    }

    @Test
    void a_new_log_needs_a_time_that_has_not_come(CapturedOutput output) throws SQLException {
        service(main).close();

        refused(output, "has no since", main, second(second, null));
        refused(
                output,
                "at least 10 minutes ahead",
                main,
                second(second, Instant.now().minusSeconds(60).truncatedTo(ChronoUnit.SECONDS)));

        assertThat(number(main, "select count(*) from assent_log_ring"))
                .as("nothing was recorded")
                .isEqualTo(1);
        service(main).close();
    }

    /** As if the log had been added long ago: what guards against that is switched off for a moment. */
    private void timePassesUntilTheLogTakesPart(Instant since) throws SQLException {
        for (Database database : List.of(main, second)) {
            try (Connection connection = connection(database);
                    Statement statement = connection.createStatement()) {
                connection.setAutoCommit(false);
                statement.execute("alter table assent_log_ring disable trigger user");
                statement.execute("update assent_log_ring set since = '" + since + "', first_id = '"
                        + "%08x-%04x".formatted(since.toEpochMilli() >>> 16, since.toEpochMilli() & 0xffff)
                        + "-0000-0000-000000000000' where name = 'second'");
                statement.execute("alter table assent_log_ring enable trigger user");
                connection.commit();
            }
        }
    }

    @SafeVarargs
    private static void refused(CapturedOutput output, String message, Database first, List<String>... further) {
        int before = output.toString().length();
        assertThatThrownBy(() -> service(first, further).close()).hasStackTraceContaining(message);
        assertThat(output.toString().substring(before))
                .contains("APPLICATION FAILED TO START")
                .contains(message);
    }

    private static List<String> second(Database database, Instant since) {
        String shard = "--assent.coordinator.log.shards.second.";
        List<String> arguments = new ArrayList<>(List.of(
                shard + "url=" + database.jdbcUrl(),
                shard + "username=" + database.username(),
                shard + "password=" + database.password()));
        if (since != null) {
            arguments.add(shard + "since=" + since);
        }
        return arguments;
    }

    @SafeVarargs
    private static ConfigurableApplicationContext service(Database first, List<String>... further) {
        List<String> arguments = new ArrayList<>(List.of(
                "--server.port=0",
                "--spring.datasource.url=" + first.jdbcUrl(),
                "--spring.datasource.username=" + first.username(),
                "--spring.datasource.password=" + first.password(),
                "--assent.coordinator.heartbeat.interval=200ms",
                "--assent.coordinator.participants.allowed-hosts=loopback:*"));
        List.of(further).forEach(arguments::addAll);
        return new SpringApplicationBuilder(CoordinatorApplication.class).run(arguments.toArray(String[]::new));
    }

    private static Http http(ConfigurableApplicationContext service) {
        return new Http(((WebServerApplicationContext) service).getWebServer().getPort());
    }

    private TransactionId id(Instant made) {
        return TransactionId.create(made, random);
    }

    /** Of an empty branch set, which is written like any other. */
    private static String decided(Http http, TransactionId id) {
        return http.post(
                        "/v1/transactions/" + id + "/commit",
                        "{\"deadline\":\"" + id.timestamp().plusSeconds(1_800) + "\",\"branches\":[]}")
                .text("decision");
    }

    private static boolean recorded(Database database, TransactionId id) throws SQLException {
        return number(database, "select count(*) from assent_transaction where id = '" + id + "'") == 1;
    }

    private static long number(Database database, String query) throws SQLException {
        try (Connection connection = connection(database);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getLong(1);
        }
    }

    private static Connection connection(Database database) throws SQLException {
        return DriverManager.getConnection(database.jdbcUrl(), database.username(), database.password());
    }
}
