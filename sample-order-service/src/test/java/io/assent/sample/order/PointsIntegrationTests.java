package io.assent.sample.order;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.equalToJson;
import static com.github.tomakehurst.wiremock.client.WireMock.matching;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathMatching;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import io.assent.embeddedpostgres.TestPostgres;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.MediaType;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.web.servlet.client.EntityExchangeResult;
import org.springframework.test.web.servlet.client.RestTestClient;

/**
 * Goal: with a points service an order gives its points as well or does not come to be, and the answer says why. Method: the service on
 * a real PostgreSQL; WireMock plays the payment and the points service, which vote READ_ONLY. What becomes of real branches is tested
 * with real processes, in system-tests.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class PointsIntegrationTests {

    private static final TestPostgres.Database DATABASE = TestPostgres.shared().freshDatabase("orders_with_points");
    private static final WireMockServer OTHERS = started();
    private static final String POINTS = "/points/api/points";

    @DynamicPropertySource
    static void configuration(DynamicPropertyRegistry registry) {
        registry.add("spring.datasource.url", DATABASE::jdbcUrl);
        registry.add("spring.datasource.username", DATABASE::username);
        registry.add("spring.datasource.password", DATABASE::password);
        registry.add("sample.payment.url", OTHERS::baseUrl);
        registry.add("sample.points.url", () -> OTHERS.baseUrl() + "/points");
        registry.add("assent.coordinator.urls", OTHERS::baseUrl);
    }

    private final RestTestClient http;

    PointsIntegrationTests(@LocalServerPort int port) {
        http = RestTestClient.bindToServer(new JdkClientHttpRequestFactory())
                .baseUrl("http://localhost:" + port)
                .build();
    }

    @BeforeEach
    void othersAgree() {
        OTHERS.resetAll();
        OTHERS.stubFor(post(urlEqualTo("/api/payments"))
                .willReturn(voting(json(201, "{\"paymentId\": 1, \"balancePence\": 100}"))));
        OTHERS.stubFor(post(urlPathMatching("/v1/transactions/[^/]+/rollback"))
                .willReturn(json(200, ProtocolDoubles.ROLLED_BACK)));
        pointsAnswer(voting(json(201, "{}")));
    }

    @Test
    void thePointsOfAnOrderAreGivenWithinItsTransaction() {
        assertThat(checkout("points-1").getStatus().value()).isEqualTo(201);

        OTHERS.verify(
                1,
                postRequestedFor(urlEqualTo(POINTS))
                        .withHeader("Assent-Transaction", matching("id=.+, collect"))
                        .withRequestBody(equalToJson(
                                "{\"orderNumber\": \"points-1\", \"customer\": \"ada\", \"amountPence\": 1900}")));
    }

    @Test
    void withoutPointsThereIsNoOrderAndTheCustomerIsToldWhy() {
        pointsAnswer(json(409, "{\"status\": 409, \"detail\": \"the points provider refused (400)\"}"));

        EntityExchangeResult<String> refused = checkout("points-2");

        assertThat(refused.getStatus().value()).isEqualTo(409);
        assertThat(refused.getResponseBody())
                .contains("urn:assent:problem:points-refused", "the points provider refused", "\"retryable\":false");
        assertThat(order("points-2")).isEqualTo(404);
    }

    @Test
    void aPointsServiceInTroubleMeansRolledBackAndTryAgain() {
        pointsAnswer(json(503, "{}"));

        EntityExchangeResult<String> answer = checkout("points-3");

        assertThat(answer.getStatus().value()).isEqualTo(503);
        assertThat(answer.getResponseBody()).contains("rolled-back", "the points service answered 503");
        assertThat(order("points-3")).isEqualTo(404);
    }

    private EntityExchangeResult<String> checkout(String number) {
        return http.post()
                .uri("/api/checkout")
                .contentType(MediaType.APPLICATION_JSON)
                .body("{\"orderNumber\": \"" + number
                        + "\", \"customer\": \"ada\", \"items\": [{\"sku\": \"mug\", \"quantity\": 2}]}")
                .exchange()
                .returnResult(String.class);
    }

    private int order(String number) {
        return http.get()
                .uri("/api/orders/" + number)
                .exchange()
                .returnResult(String.class)
                .getStatus()
                .value();
    }

    private static void pointsAnswer(ResponseDefinitionBuilder answer) {
        OTHERS.stubFor(post(urlEqualTo(POINTS)).willReturn(answer));
    }

    private static ResponseDefinitionBuilder voting(ResponseDefinitionBuilder answer) {
        return answer.withHeader("Assent-Branches", ProtocolDoubles.vote("read-only"))
                .withTransformers("response-template");
    }

    private static ResponseDefinitionBuilder json(int status, String body) {
        return aResponse()
                .withStatus(status)
                .withHeader("Content-Type", "application/json")
                .withBody(body);
    }

    private static WireMockServer started() {
        WireMockServer server = new WireMockServer(wireMockConfig().dynamicPort());
        server.start();
        return server;
    }
}
