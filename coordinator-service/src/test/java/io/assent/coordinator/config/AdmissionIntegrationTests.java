package io.assent.coordinator.config;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.tomakehurst.wiremock.WireMockServer;
import io.assent.coordinator.ObedientParticipant;
import io.assent.coordinator.web.Http;
import io.assent.embeddedpostgres.TestPostgres;
import io.assent.protocol.TransactionId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Goal: under more commits than it lets in, everybody is told the truth and everything comes to an end. Method: a coordinator
 * with narrow bounds on a real PostgreSQL, a participant that takes its time, initiators that do not wait for completion.
 */
class AdmissionIntegrationTests {

    private static final int CALLERS = 16;
    private static final int COMMITS_OF_EACH = 5;

    private static final Random RANDOM = new Random();

    static ConfigurableApplicationContext instance;
    static WireMockServer participant;
    static Http http;

    @BeforeAll
    static void start() {
        TestPostgres.Database database = TestPostgres.shared().freshDatabase("admission");
        participant = new WireMockServer(wireMockConfig().dynamicPort().extensions(new ObedientParticipant()));
        participant.start();
        participant.stubFor(post("/assent/v1/decisions")
                .willReturn(aResponse().withTransformers("obedient").withFixedDelay(50)));
        instance = new SpringApplicationBuilder(CoordinatorApplication.class)
                .run(
                        "--server.port=0",
                        "--spring.datasource.url=" + database.jdbcUrl(),
                        "--spring.datasource.username=" + database.username(),
                        "--spring.datasource.password=" + database.password(),
                        "--logging.level.assent.transactions=error",
                        "--assent.coordinator.participants.allowed-hosts=loopback:*",
                        "--assent.coordinator.participants.defaults.orders-per-message=2",
                        "--assent.coordinator.participants.defaults.max-concurrent-orders=2",
                        "--assent.coordinator.engine.max-undecided=8",
                        "--assent.coordinator.engine.max-unacknowledged=4",
                        "--assent.coordinator.engine.admission-wait=20ms");
        http = new Http(((WebServerApplicationContext) instance).getWebServer().getPort());
    }

    @AfterAll
    static void stop() {
        instance.close();
        participant.stop();
    }

    @Test
    void what_is_told_as_committed_is_and_what_is_refused_has_decided_nothing_until_it_is_let_in() throws Exception {
        ExecutorService callers = Executors.newFixedThreadPool(CALLERS);
        Map<TransactionId, Integer> refusals = new ConcurrentHashMap<>();
        AtomicInteger refused = new AtomicInteger();
        List<CompletableFuture<Void>> all = new ArrayList<>();
        for (int caller = 0; caller < CALLERS; caller++) {
            all.add(CompletableFuture.runAsync(
                    () -> {
                        for (int i = 0; i < COMMITS_OF_EACH; i++) {
                            TransactionId id = TransactionId.create(Instant.now(), RANDOM);
                            refusals.put(id, commit(id));
                            refused.addAndGet(refusals.get(id));
                        }
                    },
                    callers));
        }
        CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).get(4, TimeUnit.MINUTES);
        callers.shutdown();

        assertThat(refusals).hasSize(CALLERS * COMMITS_OF_EACH);
        assertThat(refused.get()).as("more came than was let in").isPositive();
        for (TransactionId id : refusals.keySet()) {
            await().atMost(Duration.ofSeconds(60))
                    .untilAsserted(
                            () -> assertThat(http.get(path(id)).text("outcome")).isEqualTo("COMMITTED"));
        }
        String metrics = http.get("/actuator/prometheus").body();
        assertThat(total(metrics)).isEqualTo(refused.get());
        assertThat(metrics).contains("assent_undecided{log=\"main\"} 0.0");
    }

    /** Until it is let in; how often it was refused. */
    private static int commit(TransactionId id) {
        for (int refusals = 0; ; refusals++) {
            Http.Response response = http.post(path(id) + "/commit", commitRequest(id), "Prefer", "respond-async");
            if (response.status() != 503) {
                assertThat(response.status()).as(response.body()).isIn(200, 202);
                assertThat(response.text("decision")).isEqualTo("COMMIT");
                return refusals;
            }
            assertThat(response.text("type")).isEqualTo("urn:assent:problem:overloaded");
            assertThat(response.text("detail")).contains("decided nothing", "the limit is ");
            assertThat(response.headers()).containsEntry("Retry-After", "1");
            assertThat(http.get(path(id)).status()).as("nothing was written").isEqualTo(404);
        }
    }

    private static double total(String metrics) {
        return metrics.lines()
                .filter(line -> line.startsWith("assent_admission_refused_total{"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    private static String path(TransactionId id) {
        return "/v1/transactions/" + id;
    }

    private static String commitRequest(TransactionId id) {
        return """
                {"deadline":"%s","branches":[{"branch":"1","participant":"payment-service","url":"%s",
                "ref":"assent:payment-service:%s:1:x","vote":"PREPARED"}]}
                """.formatted(
                        id.timestamp().plusSeconds(600), "http://localhost:" + participant.port() + "/assent/v1", id);
    }
}
