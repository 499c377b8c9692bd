package io.assent.coordinator.config;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.WireMockServer;
import io.assent.coordinator.ObedientParticipant;
import io.assent.coordinator.web.Http;
import io.assent.embeddedpostgres.TestPostgres;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Goal: during an upgrade, version N works beside version N+1, whose first instance has changed the schema, and can come back
 * after it. Method: two instances on one log, one of them with a further migration.
 */
class RollingUpgradeIntegrationTests {

    private final TestPostgres.Database database = TestPostgres.shared().freshDatabase("upgrade");

    @Test
    void a_version_works_beside_the_next_one_and_can_come_back_after_it() {
        WireMockServer payment =
                new WireMockServer(wireMockConfig().dynamicPort().extensions(new ObedientParticipant()));
        payment.start();
        payment.stubFor(post("/assent/v1/decisions").willReturn(aResponse().withTransformers("obedient")));
        try {
            try (ConfigurableApplicationContext old = instance()) {
                Http.Response begunBefore = begin(old);
                try (ConfigurableApplicationContext next =
                        instance("--spring.flyway.locations=classpath:db/migration,classpath:db/next")) {
                    assertThat(commit(next, begunBefore, payment)).isEqualTo("COMMITTED");
                    assertThat(commit(old, begin(next), payment)).isEqualTo("COMMITTED");
                    assertThat(commit(next, begin(old), payment)).isEqualTo("COMMITTED");
                }
            }
            try (ConfigurableApplicationContext back = instance()) {
                assertThat(commit(back, begin(back), payment)).isEqualTo("COMMITTED");
            }
        } finally {
            payment.stop();
        }
    }

    private static Http.Response begin(ConfigurableApplicationContext instance) {
        Http.Response begun = http(instance).post("/v1/transactions", "{\"timeout\":\"PT30S\"}");
        assertThat(begun.status()).as(begun.body()).isEqualTo(201);
        return begun;
    }

    private static String commit(
            ConfigurableApplicationContext instance, Http.Response begun, WireMockServer participant) {
        String id = begun.text("id");
        Http http = http(instance);
        Http.Response enlisted = http.post(
                "/v1/transactions/" + id + "/branches", """
                {"branch": "1", "participant": "payment-service", "url": "http://localhost:%d/assent/v1",
                 "ref": "assent:payment-service:%s:1", "vote": "PREPARED", "token": "%s"}
                """.formatted(participant.port(), id, begun.text("token")));
        assertThat(enlisted.status()).as(enlisted.body()).isEqualTo(201);
        Http.Response committed = http.post("/v1/transactions/" + id + "/commit", "{\"branches\":[\"1\"]}");
        assertThat(committed.status()).as(committed.body()).isEqualTo(200);
        return committed.text("outcome");
    }

    private static Http http(ConfigurableApplicationContext instance) {
        return new Http(((WebServerApplicationContext) instance).getWebServer().getPort());
    }

    private ConfigurableApplicationContext instance(String... further) {
        List<String> arguments = new ArrayList<>(List.of(
                "--server.port=0",
                "--spring.datasource.url=" + database.jdbcUrl(),
                "--spring.datasource.username=" + database.username(),
                "--spring.datasource.password=" + database.password(),
                "--assent.coordinator.participants.allowed-hosts=loopback:*"));
        arguments.addAll(List.of(further));
        return new SpringApplicationBuilder(CoordinatorApplication.class).run(arguments.toArray(String[]::new));
    }
}
