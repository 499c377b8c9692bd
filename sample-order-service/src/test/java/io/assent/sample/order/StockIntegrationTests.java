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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
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
 * Goal: with a stock service an order needs its pieces as well, and its refusal says why. Method: the service on a real
 * PostgreSQL; WireMock plays the payment and the stock service, which vote READ_ONLY. What becomes of real branches is
 * tested with real processes, in system-tests.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class StockIntegrationTests {

    private static final TestPostgres.Database DATABASE = TestPostgres.shared().freshDatabase("orders_with_stock");
    private static final WireMockServer OTHERS = started();
    private static final String RESERVATIONS = "/stock/api/reservations";

    @DynamicPropertySource
    static void configuration(DynamicPropertyRegistry registry) {
        registry.add("spring.datasource.url", DATABASE::jdbcUrl);
        registry.add("spring.datasource.username", DATABASE::username);
        registry.add("spring.datasource.password", DATABASE::password);
        registry.add("sample.payment.url", OTHERS::baseUrl);
        registry.add("sample.stock.url", () -> OTHERS.baseUrl() + "/stock");
        registry.add("assent.coordinator.urls", OTHERS::baseUrl);
    }

    private final RestTestClient http;

    StockIntegrationTests(@LocalServerPort int port) {
        http = RestTestClient.bindToServer(new JdkClientHttpRequestFactory())
                .baseUrl("http://localhost:" + port)
                .build();
    }

    @BeforeEach
    void thereIsEnoughOfEverything() {
        OTHERS.resetAll();
        OTHERS.stubFor(post(urlEqualTo("/api/payments"))
                .willReturn(voting(json(201, "{\"paymentId\": 1, \"balancePence\": 100}"))));
        OTHERS.stubFor(post(urlPathMatching("/v1/transactions/[^/]+/rollback"))
                .willReturn(json(200, ProtocolDoubles.ROLLED_BACK)));
        stockAnswers(voting(json(201, "{}")));
    }

    @Test
    void everyLineIsReservedUnderTheOrdersNumberWithinTheTransaction() {
        assertThat(checkout("stock:1").getStatus().value()).isEqualTo(201);

        for (String reservation : new String[] {
            "{\"key\": \"stock:1.mug\", \"sku\": \"mug\", \"quantity\": 2}",
            "{\"key\": \"stock:1.bowl\", \"sku\": \"bowl\", \"quantity\": 1}"
        }) {
            OTHERS.verify(
                    1,
                    postRequestedFor(urlEqualTo(RESERVATIONS))
                            .withHeader("Assent-Transaction", matching("id=.+, collect"))
                            .withRequestBody(equalToJson(reservation)));
        }
    }

    @Test
    void withTooFewPiecesThereIsNoOrderAndTheCustomerIsToldWhy() {
        stockAnswers(json(409, "{\"title\": \"no\", \"status\": 409, \"detail\": \"fewer than 2 of mug are left\"}"));

        EntityExchangeResult<String> refused = checkout("stock-2");

        assertThat(refused.getStatus().value()).isEqualTo(409);
        assertThat(refused.getResponseBody())
                .contains("urn:assent:problem:stock-refused", "fewer than 2 of mug are left", "\"retryable\":false");
        assertThat(order("stock-2")).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(ints = {500, 503})
    void aStockServiceInTroubleMeansRolledBackAndTryAgain(int status) {
        stockAnswers(json(status, "{}"));

        EntityExchangeResult<String> answer = checkout("stock-" + status);

        assertThat(answer.getStatus().value()).isEqualTo(503);
        assertThat(answer.getResponseBody()).contains("rolled-back", "the stock service answered " + status);
        assertThat(order("stock-" + status)).isEqualTo(404);
    }

    @Test
    void aRefusalThatMayPassMeansRolledBackAndTryAgain() {
        stockAnswers(json(
                409,
                "{\"type\": \"urn:assent:problem:transaction-rolled-back\", \"status\": 409,"
                        + " \"detail\": \"waited too long for a row\", \"retryable\": true}"));

        EntityExchangeResult<String> answer = checkout("stock-3");

        assertThat(answer.getStatus().value()).isEqualTo(503);
        assertThat(answer.getResponseBody()).contains("rolled-back", "waited too long for a row");
        assertThat(order("stock-3")).isEqualTo(404);
    }

    private EntityExchangeResult<String> checkout(String number) {
        return http.post()
                .uri("/api/checkout")
                .contentType(MediaType.APPLICATION_JSON)
                .body("{\"orderNumber\": \"" + number + "\", \"customer\": \"ada\", \"items\":"
                        + " [{\"sku\": \"mug\", \"quantity\": 2}, {\"sku\": \"bowl\", \"quantity\": 1}]}")
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

    private static void stockAnswers(ResponseDefinitionBuilder answer) {
        OTHERS.stubFor(post(urlEqualTo(RESERVATIONS)).willReturn(answer));
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
