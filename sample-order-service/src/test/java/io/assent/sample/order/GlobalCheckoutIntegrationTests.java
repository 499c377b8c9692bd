package io.assent.sample.order;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathMatching;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import io.assent.embeddedpostgres.TestPostgres;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.web.servlet.client.RestTestClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Goal: the customer is told the truth about a checkout in every way that its global transaction can end. Method: the
 * service on a real PostgreSQL; WireMock plays the payment service, which voted PREPARED, and the coordinator, and the
 * test itself delivers the decision to the order's branch.
 */
@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {
            "assent.coordinator.patience=700ms",
            "assent.coordinator.rollback-patience=500ms",
            "assent.participant.lock-timeout=700ms",
            "spring.datasource.hikari.data-source-properties.options=-c lock_timeout=700ms"
        })
class GlobalCheckoutIntegrationTests {

    private static final TestPostgres.Database DATABASE = TestPostgres.shared().freshDatabase("global_orders");
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final WireMockServer OTHERS = started();

    @DynamicPropertySource
    static void configuration(DynamicPropertyRegistry registry) {
        registry.add("spring.datasource.url", DATABASE::jdbcUrl);
        registry.add("spring.datasource.username", DATABASE::username);
        registry.add("spring.datasource.password", DATABASE::password);
        registry.add("sample.payment.url", OTHERS::baseUrl);
        registry.add("assent.coordinator.urls", OTHERS::baseUrl);
    }

    record Answer(int status, HttpHeaders headers, JsonNode body) {

        String text(String member) {
            return body.path(member).asString();
        }
    }

    record Commit(String transaction, JsonNode branches) {}

    private static final String COMMIT = "/v1/transactions/[^/]+/commit";

    private final RestTestClient http;

    GlobalCheckoutIntegrationTests(@LocalServerPort int port) {
        http = RestTestClient.bindToServer(new JdkClientHttpRequestFactory())
                .baseUrl("http://localhost:" + port)
                .build();
    }

    @BeforeEach
    void thePaymentServiceVotesPrepared() {
        OTHERS.resetAll();
        OTHERS.stubFor(post(urlEqualTo("/api/payments"))
                .willReturn(json(201, "{\"paymentId\": 1, \"balancePence\": 100}")
                        .withHeader("Assent-Branches", ProtocolDoubles.vote("prepared"))));
        OTHERS.stubFor(post(urlPathMatching("/v1/transactions/[^/]+/rollback"))
                .willReturn(json(200, ProtocolDoubles.ROLLED_BACK)));
        // Nothing is known yet to branches that ask for themselves.
        OTHERS.stubFor(post(urlEqualTo("/v1/inquiries")).willReturn(json(200, "{\"answers\": []}")));
    }

    @Test
    void aDecidedCheckoutIsPaidAfterOneCoordinatorRequestAndSeenWhenTheDecisionArrives() {
        coordinatorAnswers(json(202, "{\"decision\": \"COMMIT\", \"completion\": \"PENDING\"}"));
        String number = name();

        Answer paid = checkout(number);

        assertThat(paid.status()).isEqualTo(201);
        assertThat(paid.text("status")).isEqualTo("PAID");
        OTHERS.verify(1, postRequestedFor(urlPathMatching(COMMIT)));
        Commit commit = commitRequest();
        assertThat(paid.text("transaction")).isEqualTo(commit.transaction());
        assertThat(commit.branches()).hasSize(2);
        assertThat(order(number).status()).isEqualTo(404);

        assertThat(decide(commit, "COMMIT")).isEqualTo("COMMITTED");

        assertThat(order(number).status()).isEqualTo(200);
        assertThat(order(number).text("transaction")).isEqualTo(paid.text("transaction"));
        assertThat(checkout(number).status()).isEqualTo(200);
    }

    @Test
    void aCheckoutThatTheCoordinatorRolledBackIsToldSoAndMayBeTriedAgain() {
        coordinatorAnswers(
                json(
                        409,
                        "{\"type\": \"urn:assent:problem:transaction-rolled-back\", \"title\": \"t\", \"status\": 409,"
                                + " \"retryable\": true, \"decision\": \"ROLLBACK\", \"reason\": \"the deadline had passed\"}"));
        String number = name();

        Answer answer = checkout(number);

        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.text("type")).isEqualTo("urn:assent:problem:rolled-back");
        assertThat(answer.body().path("retryable").asBoolean()).isTrue();
        assertThat(answer.text("transaction")).isEqualTo(commitRequest().transaction());
        assertThat(answer.headers().getFirst("Retry-After")).isEqualTo("1");
        decide(commitRequest(), "ROLLBACK");
        assertThat(order(number).status()).isEqualTo(404);
    }

    @Test
    void aCheckoutThatNobodyCanTellAboutIsUnknownAndItsNumberGivesTheResultLater() {
        coordinatorAnswers(aResponse().withStatus(502));
        String number = name();

        Answer unknown = checkout(number);

        assertThat(unknown.status()).isEqualTo(503);
        assertThat(unknown.text("type")).isEqualTo("urn:assent:problem:outcome-unknown");
        assertThat(unknown.text("orderNumber")).isEqualTo(number);
        Commit commit = commitRequest();
        assertThat(unknown.text("transaction")).isEqualTo(commit.transaction());
        assertThat(order(number).status()).isEqualTo(404);

        // Asked again while it is in doubt: it must neither be paid twice nor wait without end.
        Answer tooEarly = checkout(number);
        assertThat(tooEarly.status()).isEqualTo(503);
        assertThat(tooEarly.text("type")).isEqualTo("urn:assent:problem:rolled-back");
        OTHERS.verify(1, postRequestedFor(urlEqualTo("/api/payments")));

        assertThat(decide(commit, "COMMIT")).isEqualTo("COMMITTED");
        assertThat(checkout(number).status()).isEqualTo(200);
        OTHERS.verify(1, postRequestedFor(urlEqualTo("/api/payments")));
    }

    @Test
    void anOrderRecordedInACallersTransactionIsABranchOfIt() {
        String number = name();
        String transaction = version7();
        OTHERS.stubFor(post(urlPathMatching("/v1/transactions/[^/]+/branches")).willReturn(json(201, "{}")));

        var result = http.post()
                .uri("/api/orders")
                .contentType(MediaType.APPLICATION_JSON)
                .header(
                        "Assent-Transaction",
                        "id=\"" + transaction + "\", branch=\"1\", deadline="
                                + Instant.now().plusSeconds(30).toEpochMilli() + ", remaining=30000")
                .body("{\"orderNumber\": \"" + number + "\", \"customer\": \"ada\", \"amountPence\": 900}")
                .exchange()
                .returnResult(String.class);

        assertThat(result.getStatus().value()).isEqualTo(201);
        assertThat(result.getResponseHeaders().getFirst("Assent-Branches"))
                .contains("\"1\"", "order-service", "vote=prepared");
        assertThat(JSON.readTree(result.getResponseBody()).path("transaction").asString())
                .isEqualTo(transaction);
        OTHERS.verify(1, postRequestedFor(urlEqualTo("/v1/transactions/" + transaction + "/branches")));
        assertThat(order(number).status()).isEqualTo(404);

        String ref = result.getResponseHeaders().getFirst("Assent-Branches").replaceAll(".*ref=\"([^\"]+)\".*", "$1");
        assertThat(decide(transaction, "1", ref, "COMMIT")).isEqualTo("COMMITTED");
        assertThat(order(number).text("transaction")).isEqualTo(transaction);
    }

    /** The order service's own branch of the commit request. */
    private String decide(Commit commit, String decision) {
        for (JsonNode branch : commit.branches()) {
            if (branch.path("participant").asString().equals("order-service")) {
                return decide(
                        commit.transaction(),
                        branch.path("branch").asString(),
                        branch.path("ref").asString(),
                        decision);
            }
        }
        throw new AssertionError("No branch of the order service in " + commit);
    }

    private String decide(String transaction, String branch, String ref, String decision) {
        Answer answer =
                exchange(HttpMethod.POST, "/assent/v1/decisions", """
                {"participant": "order-service", "decisions":
                  [{"transaction": "%s", "branch": "%s", "ref": "%s", "decision": "%s"}]}""".formatted(transaction, branch, ref, decision));
        assertThat(answer.status()).isEqualTo(200);
        return answer.body().path("results").get(0).path("state").asString();
    }

    /** The transaction and the branches that the coordinator was asked to commit. */
    private static Commit commitRequest() {
        LoggedRequest request =
                OTHERS.findAll(postRequestedFor(urlPathMatching(COMMIT))).get(0);
        return new Commit(
                request.getUrl().split("/")[3],
                JSON.readTree(request.getBodyAsString()).path("branches"));
    }

    private static void coordinatorAnswers(ResponseDefinitionBuilder answer) {
        OTHERS.stubFor(post(urlPathMatching(COMMIT)).willReturn(answer));
    }

    private static ResponseDefinitionBuilder json(int status, String body) {
        return aResponse()
                .withStatus(status)
                .withHeader("Content-Type", "application/json")
                .withBody(body)
                .withTransformers("response-template");
    }

    private Answer checkout(String number) {
        return exchange(
                HttpMethod.POST,
                "/api/checkout",
                "{\"orderNumber\": \"%s\", \"customer\": \"ada\", \"items\": [{\"sku\": \"mug\", \"quantity\": 1}]}"
                        .formatted(number));
    }

    private Answer order(String number) {
        return exchange(HttpMethod.GET, "/api/orders/" + number, null);
    }

    private Answer exchange(HttpMethod method, String path, String body) {
        RestTestClient.RequestBodySpec request = http.method(method).uri(path);
        if (body != null) {
            request.contentType(MediaType.APPLICATION_JSON).body(body);
        }
        var result = request.exchange().returnResult(byte[].class);
        byte[] content = result.getResponseBody();
        return new Answer(
                result.getStatus().value(),
                result.getResponseHeaders(),
                content == null ? JSON.nullNode() : JSON.readTree(content));
    }

    private static String name() {
        return "g" + UUID.randomUUID().toString().substring(0, 18);
    }

    /** UUID version 7 of this moment (RFC 9562). */
    private static String version7() {
        UUID random = UUID.randomUUID();
        long most = (System.currentTimeMillis() << 16) | 0x7000L | (random.getMostSignificantBits() & 0x0FFFL);
        return new UUID(most, random.getLeastSignificantBits()).toString();
    }

    private static WireMockServer started() {
        WireMockServer server = new WireMockServer(wireMockConfig().dynamicPort());
        server.start();
        return server;
    }
}
