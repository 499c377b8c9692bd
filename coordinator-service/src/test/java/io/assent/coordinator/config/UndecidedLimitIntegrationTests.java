package io.assent.coordinator.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.assent.coordinator.web.Http;
import io.assent.embeddedpostgres.TestPostgres;
import io.assent.protocol.ServiceKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Goal: a service that begins transactions and decides none is refused everywhere, and nobody else. Method: two instances on a
 * real PostgreSQL, and two services with keys.
 */
class UndecidedLimitIntegrationTests {

    private static final String FLOODER = "assent_key-of-the-flooder";
    private static final String NEIGHBOUR = "assent_key-of-the-neighbour";
    private static final int MOST = 40;

    private static final List<ConfigurableApplicationContext> instances = new ArrayList<>();
    private static final List<Http> http = new ArrayList<>();

    @BeforeAll
    static void start() {
        TestPostgres.Database database = TestPostgres.shared().freshDatabase("undecided");
        for (int i = 0; i < 2; i++) {
            ConfigurableApplicationContext instance = new SpringApplicationBuilder(CoordinatorApplication.class)
                    .run(
                            "--server.port=0",
                            "--spring.datasource.url=" + database.jdbcUrl(),
                            "--spring.datasource.username=" + database.username(),
                            "--spring.datasource.password=" + database.password(),
                            "--assent.security.mode=keys",
                            "--assent.security.services.flooder.keys=" + ServiceKey.digest(FLOODER),
                            "--assent.security.services.neighbour.keys=" + ServiceKey.digest(NEIGHBOUR),
                            "--assent.coordinator.participants.allowed-hosts=loopback:*",
                            "--assent.coordinator.callers.max-undecided=" + MOST,
                            "--assent.coordinator.callers.undecided-interval=100ms");
            instances.add(instance);
            http.add(new Http(
                    ((WebServerApplicationContext) instance).getWebServer().getPort()));
        }
    }

    @AfterAll
    static void stop() {
        instances.forEach(ConfigurableApplicationContext::close);
    }

    @Test
    void who_begins_and_does_not_decide_is_refused_by_every_instance_until_something_is_decided() {
        List<String> begun = new ArrayList<>();
        int refusedInARow = 0;
        for (int i = 0; refusedInARow < 20; i++) {
            Http.Response response = begin(i % 2, FLOODER);
            assertThat(response.status()).as(response.body()).isIn(201, 429);
            if (response.status() == 201) {
                begun.add(response.text("id"));
                refusedInARow = 0;
            } else {
                refusedInARow++;
                assertThat(response.text("type")).isEqualTo("urn:assent:problem:rate-limited");
                assertThat(response.text("detail")).contains("at most " + MOST + " transactions of one service");
                assertThat(response.headers()).containsEntry("Retry-After", "1");
            }
        }
        assertThat(begun)
                .as("each may have let in as many before it had heard of the other's")
                .hasSizeBetween(MOST, 2 * MOST);

        for (int i = 0; i < MOST; i++) {
            Http.Response response = begin(i % 2, NEIGHBOUR);
            assertThat(response.status()).as(response.body()).isEqualTo(201);
            assertThat(end(1 - i % 2, response.text("id"), "commit", NEIGHBOUR)).isEqualTo(200);
        }
        assertThat(begin(0, FLOODER).status()).isEqualTo(429);
        assertThat(begin(1, FLOODER).status()).isEqualTo(429);

        for (String id : begun) {
            assertThat(end(0, id, "rollback", FLOODER)).isEqualTo(200);
        }
        for (int i = 0; i < 2; i++) {
            int instance = i;
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> begin(instance, FLOODER).status() == 201);
        }
        assertThat(refused(0) + refused(1)).isGreaterThanOrEqualTo(22);
    }

    private static Http.Response begin(int instance, String key) {
        return http.get(instance).post("/v1/transactions", "{\"timeout\":\"PT10M\"}", "Authorization", "Bearer " + key);
    }

    private static int end(int instance, String id, String how, String key) {
        return http.get(instance)
                .post(
                        "/v1/transactions/" + id + "/" + how,
                        how.equals("commit") ? "{\"branches\":[]}" : "{}",
                        "Authorization",
                        "Bearer " + key)
                .status();
    }

    private static double refused(int instance) {
        return http.get(instance)
                .get("/actuator/prometheus")
                .body()
                .lines()
                .filter(line ->
                        line.startsWith("assent_callers_refused_total{") && line.contains("reason=\"undecided\""))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }
}
