package io.assent.sample.points.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.assent.participant.test.AssentFaults;
import io.assent.participant.test.AssentFaults.Point;
import io.assent.participant.test.AssentTest;
import io.assent.participant.test.AssentTransactions;
import io.assent.protocol.Outcome;
import io.assent.protocol.TransactionId;
import io.assent.sample.points.RunningProvider;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.web.client.RestClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Goal: points are the customer's at the provider exactly if the order's transaction commits, whatever fails in between. Method: the
 * service with a real coordinator, a real PostgreSQL and the real provider; the test leads the transactions by hand. After each test
 * no reservation is open, and the provider has given what the service has noted.
 */
@SpringBootTest(classes = PointsService.class, webEnvironment = WebEnvironment.RANDOM_PORT)
@AssentTest
class PointsServiceIntegrationTests {

    private static final RunningProvider PROVIDER = new RunningProvider();
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private record Answer(int status, JsonNode body, String votes) {

        String problem() {
            return body.path("type").asString("").replace("urn:assent:problem:", "");
        }
    }

    @DynamicPropertySource
    static void configuration(DynamicPropertyRegistry registry) {
        registry.add("sample.provider.url", PROVIDER::url);
    }

    @AfterAll
    static void stop() {
        PROVIDER.close();
    }

    @Autowired
    private JdbcClient sql;

    @Autowired
    private AssentFaults faults;

    @Autowired
    private AssentTransactions transactions;

    @Value("${assent.coordinator.urls}")
    private String coordinator;

    private final RestClient http;
    private final String customer = "c-" + UUID.randomUUID().toString().substring(0, 8);
    private final String order = "order-" + UUID.randomUUID();
    private String transaction = "";
    private String token = "";

    PointsServiceIntegrationTests(@LocalServerPort int port) {
        http = RestClient.builder()
                .requestFactory(new JdkClientHttpRequestFactory())
                .baseUrl("http://127.0.0.1:" + port)
                .defaultStatusHandler(HttpStatusCode::isError, (request, response) -> {})
                .build();
    }

    @BeforeEach
    void begin() {
        transaction = begun();
    }

    @AfterEach
    void theProviderHasWhatIsNotedAndNothingIsOpen() {
        transactions.assertNothingInDoubt();
        await("no open reservation")
                .atMost(PATIENCE)
                .until(() -> count("select count(*) from assent_reservation") == 0);
        assertThat(count("select count(*) from award where captured_at is null"))
                .isZero();
        assertThat(PROVIDER.reserved(customer)).isZero();
        assertThat(PROVIDER.points(customer))
                .isEqualTo(count("select coalesce(sum(points), 0) from award where customer = '" + customer + "'"));
    }

    @Test
    void pointsAreReservedAtOnceAndCapturedWhenTheOrderCommits() {
        Answer given = give(1299);

        assertThat(given.status()).isEqualTo(201);
        assertThat(given.votes()).contains("vote=prepared");
        assertThat(PROVIDER.reserved(customer)).isEqualTo(12);
        assertThat(PROVIDER.points(customer)).isZero();
        assertThat(awards()).as("in doubt").isZero();

        assertThat(commit()).isEqualTo(200);
        assertThat(transactions.awaitOutcome(id())).isEqualTo(Outcome.COMMITTED);
        assertThat(PROVIDER.points(customer)).isEqualTo(12);
        assertThat(awards()).isOne();
    }

    @Test
    void pointsAreGivenUpWhenTheOrderRollsBack() {
        give(1299);

        rollback();

        assertThat(transactions.awaitOutcome(id())).isEqualTo(Outcome.ROLLED_BACK);
        assertThat(awards()).isZero();
        assertThat(PROVIDER.points(customer)).isZero();
    }

    @Test
    void anOrderOfLessThanAPoundAsksNobody() {
        Answer given = give(99);

        assertThat(given.status()).isEqualTo(200);
        assertThat(given.body().path("points").asLong(-1)).isZero();
        assertThat(given.votes()).contains("vote=read-only");
        rollback();
    }

    @Test
    void anOrderGivesItsPointsOnce() {
        give(500);
        commit();
        transactions.awaitOutcome(id());
        transaction = begun();

        Answer again = give(500);

        assertThat(again.status()).isEqualTo(200);
        assertThat(PROVIDER.reserved(customer)).isZero();
        commit();
        transactions.awaitOutcome(id());
        assertThat(PROVIDER.points(customer)).isEqualTo(5);
    }

    @Test
    void anOrderNumberCannotStandForOtherPoints() {
        give(500);
        commit();
        transactions.awaitOutcome(id());
        transaction = begun();

        Answer other = give(600);

        assertThat(other.status()).isEqualTo(409);
        assertThat(other.problem()).isEqualTo("order-conflict");
        assertThat(commit()).isEqualTo(409);
        assertThat(transactions.awaitOutcome(id())).isEqualTo(Outcome.ROLLED_BACK);
    }

    @Test
    void whatTheProviderRefusesRollsEverythingBack() {
        Answer refused = give(100_000_000_000L);

        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.problem()).isEqualTo("points-refused");
        assertThat(refused.votes()).contains("vote=rollback");
        assertThat(commit()).isEqualTo(409);
        assertThat(awards()).isZero();
    }

    @Test
    void whileTheProviderIsDownThereAreNoOrdersAndAfterwardsThereIsNothingLeft() {
        PROVIDER.close();
        try {
            Answer answer = give(500);

            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.problem()).isEqualTo("provider-unavailable");
            assertThat(answer.body().path("retryable").asBoolean()).isTrue();
            assertThat(awards()).isZero();
        } finally {
            PROVIDER.startAgain();
        }
        assertThat(commit()).isEqualTo(409);
    }

    @Test
    void aProviderThatDiesBeforeTheCaptureIsAskedAgainUntilItIsBack() {
        give(700);
        PROVIDER.close();
        CompletableFuture<Integer> committed;
        try {
            committed = CompletableFuture.supplyAsync(this::commit);
            await("decided")
                    .atMost(PATIENCE)
                    .until(() -> transactions.find(id()).orElseThrow().decision(), "COMMIT"::equals);
            await("noted").atMost(PATIENCE).until(() -> awards() == 1);
            assertThat(count("select count(*) from assent_reservation")).isOne();
        } finally {
            PROVIDER.startAgain();
        }

        assertThat(committed.join()).isIn(200, 202);
        assertThat(transactions.awaitOutcome(id())).isEqualTo(Outcome.COMMITTED);
        assertThat(PROVIDER.points(customer)).isEqualTo(7);
    }

    @Test
    void anOrderThatIsGivenTwiceCapturesOnce() {
        give(800);
        faults.failOnce(Point.ACKNOWLEDGEMENT_LOST);

        commit();

        assertThat(transactions.awaitOutcome(id())).isEqualTo(Outcome.COMMITTED);
        assertThat(faults.hits(Point.ACKNOWLEDGEMENT_LOST)).isOne();
        assertThat(PROVIDER.points(customer)).isEqualTo(8);
    }

    @Test
    void withoutATransactionNobodyWouldCapture() {
        Answer answer = answer(http.post().uri("/api/points"), 500);

        assertThat(answer.status()).isEqualTo(409);
        assertThat(answer.body().path("detail").asString()).contains("Assent-Transaction");
        rollback();
    }

    private Answer give(long pence) {
        Instant deadline = Instant.now().plusSeconds(20);
        return answer(
                http.post()
                        .uri("/api/points")
                        .header(
                                "Assent-Transaction",
                                "id=\"" + transaction + "\", branch=\"1\", deadline=" + deadline.toEpochMilli()
                                        + ", remaining=20000, token=\"" + token + "\""),
                pence);
    }

    private Answer answer(RestClient.RequestBodySpec request, long pence) {
        return request.contentType(MediaType.APPLICATION_JSON)
                .body("{\"orderNumber\":\"%s\",\"customer\":\"%s\",\"amountPence\":%d}"
                        .formatted(order, customer, pence))
                .exchange((sent, response) -> new Answer(
                        response.getStatusCode().value(),
                        JSON.readTree(response.getBody().readAllBytes()),
                        Objects.requireNonNullElse(response.getHeaders().getFirst("Assent-Branches"), "")));
    }

    private String begun() {
        JsonNode answer = JSON.readTree(Objects.requireNonNull(RestClient.create(coordinator)
                .post()
                .uri("/v1/transactions")
                .contentType(MediaType.APPLICATION_JSON)
                .body("{\"name\":\"order\",\"timeout\":\"PT20S\"}")
                .retrieve()
                .body(String.class)));
        token = answer.path("token").asString();
        return answer.path("id").asString();
    }

    private int commit() {
        return end("commit", "{\"branches\":[\"1\"]}");
    }

    private void rollback() {
        end("rollback", "{}");
    }

    private int end(String verb, String body) {
        return RestClient.create(coordinator)
                .post()
                .uri("/v1/transactions/" + transaction + "/" + verb)
                .contentType(MediaType.APPLICATION_JSON)
                .body(body)
                .exchange((request, response) -> response.getStatusCode().value());
    }

    private TransactionId id() {
        return TransactionId.parse(transaction);
    }

    private long awards() {
        return count("select count(*) from award where order_number = '" + order + "'");
    }

    private long count(String query) {
        return sql.sql(query).query(Long.class).single();
    }
}
