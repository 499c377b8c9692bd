package io.assent.coordinator.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.assent.coordinator.web.Http;
import io.assent.embeddedpostgres.ReplicatedPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.JsonNode;

/**
 * Goal: a service on a replicated log tells its callers and its probes at once when it cannot decide, and goes on without
 * anybody's help. Method: the whole service over HTTP, a pair of real servers of which one is killed.
 */
class ReplicatedCoordinatorIntegrationTests {

    private static ReplicatedPostgres pair;

    @BeforeAll
    static void start() {
        pair = ReplicatedPostgres.temporary();
        pair.createDatabase("log", "log", "secret");
    }

    @AfterAll
    static void stop() {
        pair.close();
    }

    @AfterEach
    void repair() {
        if (!pair.standby().isRunning()) {
            pair.standby().restart();
        }
    }

    @Test
    void a_lost_standby_and_a_lost_primary_are_told_at_once_and_outlived() {
        try (ConfigurableApplicationContext service = service()) {
            Http http = http(service);
            String told = committed(http);
            assertThat(http.get("/actuator/health/readiness").status()).isEqualTo(200);

            pair.standby().kill();
            eventually().until(() -> http.get("/actuator/health/readiness").status() == 503);
            long before = System.nanoTime();
            Http.Response refused = begin(http);
            assertThat(Duration.ofNanos(System.nanoTime() - before))
                    .as("not after a socket timeout")
                    .isLessThan(Duration.ofSeconds(2));
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.text("type")).endsWith(":decision-log-unavailable");
            assertThat(refused.headers()).containsKey("Retry-After");
            eventually()
                    .untilAsserted(() -> assertThat(
                                    health(http).path("details").path("reason").asString(""))
                            .contains("no synchronous standby confirms"));
            assertThat(http.get("/actuator/health/liveness").status())
                    .as("a restart would not help")
                    .isEqualTo(200);
            pair.standby().restart();
            eventually().until(() -> begin(http).status() == 201);

            int timeline = health(http).path("details").path("timeline").asInt();
            pair.primary().kill();
            pair.failOver();
            eventually().until(() -> begin(http).status() == 201);
            assertThat(http.get("/actuator/health/readiness").status()).isEqualTo(200);
            assertThat(http.get("/v1/transactions/" + told).text("decision")).isEqualTo("COMMIT");
            assertThat(health(http).path("details").path("timeline").asInt()).isEqualTo(timeline + 1);
            committed(http);
        }
    }

    @Test
    void the_doctor_sees_the_standby_once_it_may() throws SQLException {
        try (ConfigurableApplicationContext service = service()) {
            Http http = http(service);
            JsonNode before = standby(http);
            assertThat(before.path("status").asString()).as("not allowed").isEqualTo("UNKNOWN");
            assertThat(before.path("remedy").asString()).contains("pg_read_all_stats");

            try (Connection superuser = pair.primary().superuserConnection();
                    Statement statement = superuser.createStatement()) {
                statement.execute("grant pg_read_all_stats to log");
            }
            eventually()
                    .untilAsserted(() ->
                            assertThat(standby(http).path("status").asString()).isEqualTo("OK"));
            JsonNode log = http.get("/actuator/assent-log").json().path("items").path(0);
            assertThat(log.path("primary").path("standbys")).hasSize(1);
        }
    }

    private static JsonNode standby(Http http) {
        for (JsonNode finding : http.get("/v1/doctor").json().path("items")) {
            if (finding.path("check").asString().equals("log-standby")) {
                return finding;
            }
        }
        throw new AssertionError("is not checked");
    }

    @Test
    void instances_are_listed_while_they_live() {
        try (ConfigurableApplicationContext one = service()) {
            Http http = http(one);
            try (ConfigurableApplicationContext two = service()) {
                JsonNode both = eventually().until(() -> ports(http), listed -> listed.size() == 2);
                assertThat(both.findValuesAsString("port"))
                        .containsExactlyInAnyOrder(Integer.toString(port(one)), Integer.toString(port(two)));
                assertThat(health(http).path("details").path("instances")).hasSize(2);
            }
            JsonNode left = eventually().until(() -> ports(http), listed -> listed.size() == 1);
            assertThat(left.path(0).path("self").asBoolean()).isTrue();
        }
    }

    @Test
    void a_start_without_a_standby_ends_with_what_to_do() {
        pair.standby().kill();

        assertThatThrownBy(this::service)
                .rootCause()
                .hasMessageContaining("there is no synchronous standby (none confirmed a write within PT1S")
                .hasMessageContaining("assent.coordinator.log.mode=single");
    }

    /** Those that listen. */
    private static JsonNode ports(Http http) {
        JsonNode items = http.get("/v1/instances").json().path("items");
        return items.findValues("port").size() == items.size() ? items : items.path("not all of them listen");
    }

    private ConfigurableApplicationContext service() {
        return new SpringApplicationBuilder(CoordinatorApplication.class)
                .run(
                        "--server.port=0",
                        "--spring.datasource.url=" + pair.jdbcUrl("log"),
                        "--spring.datasource.username=log",
                        "--spring.datasource.password=secret",
                        "--assent.coordinator.participants.allowed-hosts=localhost:8082",
                        "--assent.coordinator.log.mode=replicated",
                        "--assent.coordinator.heartbeat.interval=200ms",
                        "--assent.coordinator.heartbeat.overdue-after=1s",
                        "--assent.coordinator.heartbeat.start-wait=1s");
    }

    private static int port(ConfigurableApplicationContext service) {
        return ((WebServerApplicationContext) service).getWebServer().getPort();
    }

    private static Http http(ConfigurableApplicationContext service) {
        return new Http(port(service));
    }

    private static Http.Response begin(Http http) {
        return http.post("/v1/transactions", "{\"timeout\":\"PT30S\"}");
    }

    /** Commits a transaction without branches: its decision is written like any other. */
    private static String committed(Http http) {
        String id = begin(http).text("id");
        Http.Response committed = http.post("/v1/transactions/" + id + "/commit", "{}");
        assertThat(committed.status()).as(committed.body()).isEqualTo(200);
        return id;
    }

    private static JsonNode health(Http http) {
        return http.get("/actuator/health").json().path("components").path("decisionLog");
    }

    private static ConditionFactory eventually() {
        return await().atMost(Duration.ofSeconds(30)).pollInterval(Duration.ofMillis(50));
    }
}
