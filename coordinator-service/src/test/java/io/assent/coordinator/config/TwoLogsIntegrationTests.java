package io.assent.coordinator.config;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.tomakehurst.wiremock.WireMockServer;
import io.assent.coordinator.ObedientParticipant;
import io.assent.coordinator.shard.Ring;
import io.assent.coordinator.web.Http;
import io.assent.embeddedpostgres.EmbeddedPostgres;
import io.assent.protocol.TransactionId;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.JsonNode;

/**
 * Goal: transactions are spread over two logs, and one that fails takes along its own transactions only, which go on when it
 * is back. Method: the whole service over HTTP, two real servers of which one is killed, or stopped where it is.
 */
class TwoLogsIntegrationTests {

    private static final Ring RING = new Ring(List.of(new Ring.Member("main", null), new Ring.Member("second", null)));

    /** How long anybody may wait for an answer about a log that works, while the other one does not. */
    private static final Duration PROMPT = Duration.ofSeconds(20);

    private static EmbeddedPostgres main;
    private static EmbeddedPostgres second;
    private static WireMockServer payment;

    private final Random random = new Random();

    @BeforeAll
    static void start() {
        main = EmbeddedPostgres.temporary();
        second = EmbeddedPostgres.temporary();
        main.createDatabase("log", "log", "secret");
        second.createDatabase("log", "log", "secret");
        payment = new WireMockServer(wireMockConfig().dynamicPort().extensions(new ObedientParticipant()));
        payment.start();
    }

    @AfterAll
    static void stop() {
        payment.stop();
        main.close();
        second.close();
    }

    @BeforeEach
    void paymentObeys() {
        payment.resetAll();
        payment.stubFor(post("/assent/v1/decisions").willReturn(aResponse().withTransformers("obedient")));
    }

    @AfterEach
    void repair() {
        second.resume();
        if (!second.isRunning()) {
            second.restart();
        }
    }

    @Test
    void transactions_are_spread_over_both_logs() throws SQLException {
        try (ConfigurableApplicationContext service = service()) {
            Http http = http(service);
            List<TransactionId> ids = Stream.generate(this::newId).limit(40).toList();
            ids.forEach(id -> assertThat(commit(http, id).status()).isEqualTo(200));

            for (TransactionId id : ids) {
                assertThat(recorded(main, id)).isEqualTo(RING.logOf(id).equals("main"));
                assertThat(recorded(second, id)).isEqualTo(RING.logOf(id).equals("second"));
            }
            assertThat(ids.stream().map(RING::logOf).distinct()).hasSize(2);
            assertThat(found(http.get("/v1/transactions?limit=40").json()))
                    .as("newest first, of both")
                    .containsExactlyElementsOf(ids.stream()
                            .sorted(Comparator.reverseOrder())
                            .map(TransactionId::toString)
                            .toList());
            assertThat(http.get("/v1/instances").json().path("items").findValues("alive").stream()
                            .filter(JsonNode::asBoolean))
                    .as("one instance, although it is in both logs")
                    .hasSize(1);
            assertThat(http.get("/v1/logs").json().path("logs").findValuesAsString("name"))
                    .containsExactly("main", "second");
            assertThat(http.get("/v1/logs/second").json().path("epochs")).hasSize(1);
            assertThat(http.get("/v1/logs/third").status()).isEqualTo(404);
            assertThat(http.get("/v1/log").text("detail")).contains("[main, second]");
        }
    }

    @Test
    void a_log_that_dies_takes_its_own_transactions_along_and_brings_them_back() {
        try (ConfigurableApplicationContext service = service()) {
            Http http = http(service);
            payment.resetAll();
            List<TransactionId> unfinished = List.of(idIn("main"), idIn("main"), idIn("second"), idIn("second"));
            unfinished.forEach(
                    id -> assertThat(commit(http, id, "respond-async").status()).isEqualTo(202));
            TransactionId told = unfinished.get(0);

            second.kill();
            paymentObeys();

            eventually().until(() -> !available(http, "second"));
            unfinished
                    .subList(0, 2)
                    .forEach(id -> eventually()
                            .untilAsserted(() -> assertThat(state(http, id)).isEqualTo("COMMITTED")));
            // Until it obeyed, the coordinator had given up on the participant for a while, and answered with the
            // decision.
            eventually().until(() -> commit(http, idIn("main")).status() == 200);
            assertThat(http.get("/actuator/health/readiness").status()).isEqualTo(200);
            JsonNode logs = health(http).path("details").path("logs");
            assertThat(health(http).path("status").asString()).isEqualTo("UP");
            assertThat(logs.path("main").path("status").asString()).isEqualTo("UP");
            assertThat(logs.path("second").path("status").asString()).isEqualTo("DOWN");
            assertThat(logs.path("second").path("reason").asString()).isNotBlank();
            assertThat(http.get("/actuator/prometheus").body())
                    .contains("assent_log_available{log=\"main\"} 1.0")
                    .contains("assent_log_available{log=\"second\"} 0.0");

            for (int i = 0; i < 20; i++) {
                assertThat(prompt(() -> begin(http, null)).status())
                        .as("an id is chosen in the log that works")
                        .isEqualTo(201);
                assertThat(prompt(() -> commit(http, idIn("main"))).status()).isEqualTo(200);
                Http.Response refused = prompt(() -> commit(http, idIn("second")));
                assertThat(refused.status()).isEqualTo(503);
                assertThat(refused.headers()).containsKey("Retry-After");
                assertThat(prompt(() -> begin(http, idIn("second"))).status()).isEqualTo(503);
            }
            TransactionId one = idIn("main");
            TransactionId other = idIn("second");
            Http.Response both = prompt(
                    () -> http.post("/v1/commits", "{\"commits\":[" + message(one) + "," + message(other) + "]}"));
            assertThat(both.json().path("results").findValues("status").stream().map(JsonNode::asInt))
                    .startsWith(200)
                    .contains(503);
            Http.Response inquired = prompt(() -> http.post(
                    "/v1/inquiries",
                    "{\"participant\":\"payment-service\",\"branches\":[" + inquiry(other) + "," + inquiry(told)
                            + "]}"));
            assertThat(inquired.json().path("answers").findValuesAsString("answer"))
                    .containsExactly("UNDECIDED", "COMMIT");
            JsonNode page = prompt(() -> http.get("/v1/transactions?limit=5")).json();
            assertThat(page.path("missingLogs").toString()).isEqualTo("[\"second\"]");
            assertThat(page.path("items")).isNotEmpty();

            second.restart();

            eventually().until(() -> available(http, "second"));
            unfinished.forEach(id ->
                    eventually().untilAsserted(() -> assertThat(state(http, id)).isEqualTo("COMMITTED")));
            assertThat(commit(http, other).status()).isEqualTo(200);
            assertThat(http.get("/v1/transactions?limit=5").json().has("missingLogs"))
                    .isFalse();
        }
    }

    @Test
    void a_log_that_hangs_holds_up_its_own_transactions_only() {
        try (ConfigurableApplicationContext service = service()) {
            Http http = http(service);
            TransactionId told = idIn("main");
            assertThat(commit(http, told).status()).isEqualTo(200);

            second.pause();

            // Also while it is not yet known that it hangs.
            for (int i = 0; i < 10; i++) {
                assertThat(prompt(() -> commit(http, idIn("main"))).status()).isEqualTo(200);
            }
            Http.Response inquired = prompt(() -> http.post(
                    "/v1/inquiries",
                    "{\"participant\":\"payment-service\",\"branches\":[" + inquiry(idIn("second")) + ","
                            + inquiry(told) + "]}"));
            assertThat(inquired.json().path("answers").findValuesAsString("answer"))
                    .containsExactly("UNDECIDED", "COMMIT");
            eventually().until(() -> !available(http, "second"));
            assertThat(prompt(() -> commit(http, idIn("second"))).status()).isEqualTo(503);
            assertThat(prompt(() -> http.get("/v1/transactions"))
                            .json()
                            .path("missingLogs")
                            .toString())
                    .isEqualTo("[\"second\"]");
            assertThat(http.get("/actuator/health/readiness").status()).isEqualTo(200);

            second.resume();
            eventually().until(() -> available(http, "second"));
            assertThat(commit(http, idIn("second")).status()).isEqualTo(200);
        }
    }

    @Test
    void a_service_starts_while_one_of_its_logs_is_down_and_opens_it_later() {
        try (ConfigurableApplicationContext before = service()) {
            assertThat(commit(http(before), idIn("second")).status()).isEqualTo(200);
        }
        second.kill();
        try (ConfigurableApplicationContext service = service()) {
            Http http = http(service);
            assertThat(http.get("/actuator/health/readiness").status()).isEqualTo(200);
            assertThat(commit(http, idIn("main")).status()).isEqualTo(200);
            TransactionId id = idIn("second");
            assertThat(commit(http, id).status()).isEqualTo(503);
            assertThat(http.get("/v1/transactions").json().path("missingLogs").toString())
                    .isEqualTo("[\"second\"]");
            assertThat(http.get("/v1/logs/second").status()).isEqualTo(503);

            second.restart();

            eventually().until(() -> available(http, "second"));
            assertThat(commit(http, id).status()).isEqualTo(200);
        }
    }

    private static ConfigurableApplicationContext service() {
        return new SpringApplicationBuilder(CoordinatorApplication.class)
                .run(
                        "--server.port=0",
                        "--spring.datasource.url=" + main.jdbcUrl("log"),
                        "--spring.datasource.username=log",
                        "--spring.datasource.password=secret",
                        "--assent.coordinator.log.shards.second.url=" + second.jdbcUrl("log"),
                        "--assent.coordinator.log.shards.second.username=log",
                        "--assent.coordinator.log.shards.second.password=secret",
                        "--assent.coordinator.log.connect-timeout=2s",
                        "--assent.coordinator.log.verify-interval=500ms",
                        "--assent.coordinator.heartbeat.interval=200ms",
                        "--assent.coordinator.heartbeat.overdue-after=2s",
                        "--assent.coordinator.participants.allowed-hosts=loopback:*");
    }

    private static Http http(ConfigurableApplicationContext service) {
        return new Http(((WebServerApplicationContext) service).getWebServer().getPort());
    }

    private TransactionId newId() {
        return TransactionId.create(Instant.now(), random);
    }

    private TransactionId idIn(String log) {
        return Stream.generate(this::newId)
                .filter(id -> RING.logOf(id).equals(log))
                .findFirst()
                .orElseThrow();
    }

    private static Http.Response begin(Http http, TransactionId id) {
        return http.post(
                "/v1/transactions", "{\"timeout\":\"PT30S\"" + (id == null ? "" : ",\"id\":\"" + id + "\"") + "}");
    }

    private static Http.Response commit(Http http, TransactionId id) {
        return commit(http, id, "wait=10");
    }

    private static Http.Response commit(Http http, TransactionId id, String prefer) {
        return http.post("/v1/transactions/" + id + "/commit", "{" + contents(id) + "}", "Prefer", prefer);
    }

    private static String message(TransactionId id) {
        return "{\"transaction\":\"" + id + "\"," + contents(id) + "}";
    }

    private static String contents(TransactionId id) {
        return "\"deadline\":\"" + id.timestamp().plusSeconds(1_800) + "\",\"branches\":[{\"branch\":\"1\","
                + "\"participant\":\"payment-service\",\"url\":\"http://localhost:" + payment.port()
                + "/assent/v1\",\"ref\":\"" + ref(id) + "\",\"vote\":\"PREPARED\"}]";
    }

    private static String inquiry(TransactionId id) {
        return "{\"transaction\":\"" + id + "\",\"branch\":\"1\",\"ref\":\"" + ref(id) + "\",\"deadline\":\""
                + id.timestamp().plusSeconds(1_800) + "\"}";
    }

    private static String ref(TransactionId id) {
        return "assent:payment-service:" + id + ":1";
    }

    private static String state(Http http, TransactionId id) {
        return http.get("/v1/transactions/" + id).text("state");
    }

    private static boolean available(Http http, String name) {
        for (JsonNode log : http.get("/v1/logs").json().path("logs")) {
            if (log.path("name").asString().equals(name)) {
                return log.path("available").asBoolean();
            }
        }
        throw new AssertionError("there is no log " + name);
    }

    private static List<String> found(JsonNode page) {
        List<String> ids = new ArrayList<>();
        page.path("items").forEach(item -> ids.add(item.path("id").asString()));
        return ids;
    }

    private static JsonNode health(Http http) {
        return http.get("/actuator/health").json().path("components").path("decisionLog");
    }

    private static Http.Response prompt(Supplier<Http.Response> call) {
        long begun = System.nanoTime();
        Http.Response response = call.get();
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(PROMPT);
        return response;
    }

    private static boolean recorded(EmbeddedPostgres server, TransactionId id) throws SQLException {
        return number(server, "select count(*) from assent_transaction where id = '" + id + "'") == 1;
    }

    private static long number(EmbeddedPostgres server, String query) throws SQLException {
        try (Connection connection = DriverManager.getConnection(server.jdbcUrl("log"), "log", "secret");
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getLong(1);
        }
    }

    private static ConditionFactory eventually() {
        return await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(100));
    }
}
