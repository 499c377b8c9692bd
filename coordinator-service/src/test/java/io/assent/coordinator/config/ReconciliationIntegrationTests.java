package io.assent.coordinator.config;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.tomakehurst.wiremock.WireMockServer;
import io.assent.coordinator.ListingParticipant;
import io.assent.coordinator.ObedientParticipant;
import io.assent.coordinator.web.Http;
import io.assent.embeddedpostgres.TestPostgres;
import io.assent.protocol.TransactionId;
import io.assent.protocol.wire.BranchStatus;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.JsonNode;

/**
 * Goal: an operator is told what a restored log has lost, and with what certainty. Method: the whole service on a real
 * PostgreSQL that is said to be restored, participants that show what the test says, nothing but HTTP.
 */
class ReconciliationIntegrationTests {

    private static final RandomGenerator RANDOM = new Random();
    private static final String REPORT = "/v1/log/reconciliation";

    private final ListingParticipant paymentShows = new ListingParticipant();
    private final ListingParticipant stockShows = new ListingParticipant();
    private TestPostgres.Database database;
    private WireMockServer payment;
    private WireMockServer stock;
    private WireMockServer notAllowed;
    private ConfigurableApplicationContext service;
    private Http http;

    @BeforeEach
    void start() {
        database = TestPostgres.shared().freshDatabase("reconciliation");
        payment = participant(paymentShows);
        stock = participant(stockShows);
        notAllowed = participant(new ListingParticipant());
        service = new SpringApplicationBuilder(CoordinatorApplication.class)
                .run(
                        "--server.port=0",
                        "--spring.datasource.url=" + database.jdbcUrl(),
                        "--spring.datasource.username=" + database.username(),
                        "--spring.datasource.password=" + database.password(),
                        "--assent.coordinator.participants.allowed-hosts=localhost:" + payment.port() + ",localhost:"
                                + stock.port(),
                        "--assent.coordinator.participants.defaults.max-answer-size=8KB",
                        "--assent.coordinator.participants.services.stock-service.url=" + url(stock),
                        "--assent.coordinator.heartbeat.interval=200ms",
                        "--assent.coordinator.recovery.interval=200ms");
        http = new Http(((WebServerApplicationContext) service).getWebServer().getPort());
    }

    @AfterEach
    void stop() {
        service.close();
        List.of(payment, stock, notAllowed).forEach(WireMockServer::stop);
    }

    @Test
    void without_a_restore_there_is_nothing_to_reconcile() {
        assertThat(http.get(REPORT).status()).isEqualTo(404);
        assertThat(http.get(REPORT + "?epoch=7").json().path("detail").asString())
                .contains("no epoch 7");
        assertThat(metric()).isEqualTo("0.0");
        for (String wrong : List.of("epoch=0", "after=x", "limit=1001", "participant=payment-service", "older=1")) {
            assertThat(http.get(REPORT + "?" + wrong).status()).as(wrong).isEqualTo(400);
        }
        assertThat(http.get(REPORT + named("payment-service", notAllowed)).text("type"))
                .endsWith(":participant-not-allowed");
    }

    @Test
    void each_transaction_that_was_lost_gets_a_decision_that_can_be_posted_as_it_is() {
        String known = committed();
        restored();
        String half = id();
        String rolledBack = id();
        String open = id();
        String torn = id();
        String lostUndecided = begun();
        paymentShows.show(List.of(
                branch(known, "1", "payment-service", "COMMITTED"),
                branch(half, "1", "payment-service", "COMMITTED"),
                branch(rolledBack, "1", "payment-service", "PREPARED"),
                branch(open, "1", "payment-service", "PREPARED"),
                branch(torn, "1", "payment-service", "COMMITTED"),
                branch(lostUndecided, "1", "payment-service", "COMMITTED")));
        stockShows.show(List.of(
                branch(half, "2", "stock-service", "PREPARED"),
                branch(rolledBack, "2", "stock-service", "ROLLED_BACK"),
                branch(open, "2", "stock-service", "PREPARED"),
                branch(torn, "2", "stock-service", "ROLLED_BACK")));

        JsonNode report = report("");

        assertThat(report.path("complete").asBoolean()).isTrue();
        assertThat(report.path("held").asBoolean()).isTrue();
        assertThat(report.path("epoch").asInt()).isEqualTo(2);
        assertThat(report.path("consistent").asInt()).isEqualTo(1);
        assertThat(report.has("next")).isFalse();
        assertThat(report.path("participants").findValuesAsString("participant"))
                .as("one is configured, the other is known from the log")
                .containsExactly("stock-service", "payment-service");
        assertThat(found(report))
                .containsExactlyInAnyOrder(
                        half + " ABSENT WAS_COMMITTED true",
                        rolledBack + " ABSENT WAS_ROLLED_BACK true",
                        open + " ABSENT IN_DOUBT false",
                        torn + " ABSENT CONTRADICTION false",
                        lostUndecided + " UNDECIDED WAS_COMMITTED true");

        for (JsonNode finding : report.path("findings")) {
            JsonNode proposal = finding.path("proposal");
            String transaction = finding.path("transaction").asString();
            assertThat(proposal.isMissingNode()).isEqualTo(transaction.equals(torn));
            if (!proposal.isMissingNode()) {
                Http.Response settled = http.post("/v1/transactions/" + transaction + "/decision", proposal.toString());
                assertThat(settled.status()).as(settled.body()).isEqualTo(200);
            }
        }
        await().untilAsserted(() -> {
            for (String id : List.of(half, lostUndecided)) {
                assertThat(http.get("/v1/transactions/" + id).text("outcome")).isEqualTo("COMMITTED");
            }
            for (String id : List.of(rolledBack, open)) {
                assertThat(http.get("/v1/transactions/" + id).text("outcome")).isEqualTo("ROLLED_BACK");
            }
        });
        assertThat(found(report(""))).containsExactly(torn + " ABSENT CONTRADICTION false");

        assertThat(http.post("/v1/log/epochs/2/completion", "{\"reason\":\"compared\"}")
                        .status())
                .isEqualTo(200);
        JsonNode after = report("?epoch=2");
        assertThat(after.path("held").asBoolean()).isFalse();
        assertThat(found(after)).as("nothing can be settled any more").isEmpty();
        await().until(() -> metric().equals("0.0"));
    }

    @Test
    void while_a_participant_does_not_answer_nothing_is_certain() {
        committed();
        restored();
        String half = id();
        paymentShows.show(List.of(branch(half, "1", "payment-service", "COMMITTED")));
        stock.stubFor(get(urlPathEqualTo("/assent/v1/branches"))
                .willReturn(aResponse().withStatus(503)));

        JsonNode report = report("");

        assertThat(report.path("complete").asBoolean()).isFalse();
        JsonNode asked = report.path("participants").path(0);
        assertThat(asked.path("participant").asString()).isEqualTo("stock-service");
        assertThat(asked.path("answered").asBoolean()).isFalse();
        assertThat(asked.path("error").asString()).contains("status 503");
        assertThat(found(report)).containsExactly(half + " ABSENT WAS_COMMITTED false");
    }

    @Test
    void a_long_list_comes_page_after_page() {
        committed();
        restored();
        List<String> ids = Stream.generate(ReconciliationIntegrationTests::id)
                .limit(23)
                .sorted()
                .toList();
        paymentShows.show(ids.stream()
                .map(id -> branch(id, "1", "payment-service", "PREPARED"))
                .toList());
        stockShows.show(List.of(branch(ids.get(22), "2", "stock-service", "COMMITTED")));

        List<String> found = new ArrayList<>();
        List<Integer> sizes = new ArrayList<>();
        String after = "";
        do {
            JsonNode page = report("?limit=3" + after);
            sizes.add(page.path("findings").size());
            found.addAll(page.path("findings").findValuesAsString("finding"));
            after = page.has("next") ? "&after=" + page.path("next").asString() : "";
        } while (!after.isEmpty());

        assertThat(found).hasSize(23).endsWith("IN_DOUBT", "WAS_COMMITTED");
        assertThat(sizes).contains(3).allMatch(size -> size <= 3);
    }

    @Test
    void an_address_in_the_log_that_is_not_allowed_is_never_called() throws Exception {
        String transaction = begun();
        execute("update assent_transaction set branches = replace(branches::text, ':" + payment.port() + "/', ':"
                + notAllowed.port() + "/')::jsonb where id = '" + transaction + "'");
        restored();

        JsonNode asked = report("").path("participants").path(1);

        assertThat(asked.path("participant").asString()).isEqualTo("payment-service");
        assertThat(asked.path("answered").asBoolean()).isFalse();
        assertThat(asked.path("error").asString()).contains("may not be called");
        assertThat(notAllowed.getAllServeEvents()).isEmpty();
        assertThat(report(named("payment-service", payment)).path("complete").asBoolean())
                .as("the operator knows where it is now")
                .isTrue();
    }

    @Test
    void the_hold_shows_in_health_and_metrics() {
        restored();

        await().until(() -> metric().equals("1.0"));
        JsonNode health = http.get("/actuator/health").json();
        JsonNode details = health.path("components").path("decisionLog").path("details");
        assertThat(health.path("status").asString())
                .as("what is not held can be decided")
                .isEqualTo("UP");
        assertThat(details.path("heldEpoch").asInt()).isEqualTo(2);
        assertThat(details.path("held").asString()).contains(REPORT);
    }

    private JsonNode report(String query) {
        Http.Response response = http.get(REPORT + query);
        assertThat(response.status()).as(response.body()).isEqualTo(200);
        return response.json();
    }

    private static List<String> found(JsonNode report) {
        List<String> found = new ArrayList<>();
        for (JsonNode finding : report.path("findings")) {
            found.add(finding.path("transaction").asString() + " "
                    + finding.path("log").asString() + " "
                    + finding.path("finding").asString() + " "
                    + finding.path("certain").asBoolean());
        }
        return found;
    }

    /** Says that the log was restored. */
    private void restored() {
        Http.Response response = http.post("/v1/log/epochs", "{\"reason\":\"disk snapshot\"}");
        assertThat(response.status()).as(response.body()).isEqualTo(200);
    }

    /** A transaction that is decided before, in both services. */
    private String committed() {
        String id = id();
        Http.Response response = http.post(
                "/v1/transactions/" + id + "/commit",
                "{\"deadline\":\"%s\",\"branches\":[%s]}"
                        .formatted(
                                Instant.now().plusSeconds(30).truncatedTo(ChronoUnit.MILLIS), named(id, "PREPARED")));
        assertThat(response.status()).as(response.body()).isEqualTo(200);
        return id;
    }

    /** One that the log knows, with one branch, and that it does not show as decided. */
    private String begun() {
        Http.Response begun = http.post("/v1/transactions", "{\"timeout\":\"PT10M\"}");
        String id = begun.text("id");
        if (id == null) {
            // It is held: what is left of one that was begun before.
            id = id();
            try {
                execute(
                        "insert into assent_transaction (id, begun, created_at, deadline, branches, changed_at) values ('"
                                + id + "', true, now(), now() + interval '10 min', '[]', now())");
            } catch (SQLException e) {
                throw new AssertionError(e);
            }
            return id;
        }
        Http.Response enlisted = http.post(
                "/v1/transactions/" + id + "/branches",
                named(id, "PENDING").replaceFirst("}$", ",\"token\":\"" + begun.text("token") + "\"}"));
        assertThat(enlisted.status()).as(enlisted.body()).isEqualTo(201);
        return id;
    }

    private String named(String id, String vote) {
        return "{\"branch\":\"1\",\"participant\":\"payment-service\",\"url\":\"%s\",\"ref\":\"%s\",\"vote\":\"%s\"}"
                .formatted(url(payment), ref("payment-service", id, "1"), vote);
    }

    private static String named(String participant, WireMockServer server) {
        return "?participant=" + URLEncoder.encode(participant + "=" + url(server), StandardCharsets.UTF_8);
    }

    private static BranchStatus branch(String transaction, String branch, String participant, String state) {
        return new BranchStatus(
                transaction,
                branch,
                ref(participant, transaction, branch),
                state,
                Instant.now().toString());
    }

    private static String ref(String participant, String transaction, String branch) {
        return "assent:" + participant + ":" + transaction + ":" + branch + ":x";
    }

    private String metric() {
        return http.get("/actuator/metrics/assent.log.held")
                .json()
                .path("measurements")
                .path(0)
                .path("value")
                .asString("none");
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection =
                        DriverManager.getConnection(database.jdbcUrl(), database.username(), database.password());
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static WireMockServer participant(ListingParticipant shows) {
        var server = new WireMockServer(wireMockConfig().dynamicPort().extensions(new ObedientParticipant(), shows));
        server.start();
        server.stubFor(post("/assent/v1/decisions").willReturn(aResponse().withTransformers("obedient")));
        server.stubFor(get(urlPathEqualTo("/assent/v1/branches"))
                .willReturn(aResponse().withTransformers("listing")));
        return server;
    }

    private static String url(WireMockServer server) {
        return "http://localhost:" + server.port() + "/assent/v1";
    }

    private static String id() {
        return TransactionId.create(Instant.now(), RANDOM).toString();
    }
}
