package io.assent.participant.client;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.WireMockServer;
import io.assent.participant.client.CoordinatorProbe.Seen;
import java.net.URI;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.web.client.RestClient;

/** Goal: who answers is told from who does not, and who does not know this service from both. Method: a peer that plays each. */
class CoordinatorProbeTests {

    private static WireMockServer peer;

    private final CoordinatorProbe probe = new CoordinatorProbe(RestClient.create());

    @BeforeAll
    static void start() {
        peer = new WireMockServer(wireMockConfig().dynamicPort());
        peer.start();
    }

    @AfterAll
    static void stop() {
        peer.stop();
    }

    @Test
    void a_coordinator_tells_the_versions_of_instances_that_run() {
        peer.stubFor(get("/v1/instances")
                .willReturn(okJson("{\"items\":[{\"alive\":true,\"version\":\"1.0\"},"
                        + "{\"alive\":false,\"version\":\"0.9\"}]}")));

        Seen seen = look();

        assertThat(seen.problem()).isNull();
        assertThat(seen.stranger()).isFalse();
        assertThat(seen.versions()).containsExactly("1.0");
    }

    @Test
    void one_that_does_not_know_this_service_is_one_nevertheless() {
        assertThat(answers(401)).isEqualTo(new Seen(null, true, Set.of()));
        assertThat(answers(403)).isEqualTo(new Seen(null, false, Set.of()));
        assertThat(answers(404)).isEqualTo(new Seen(null, false, Set.of()));
    }

    @Test
    void everything_else_is_none() {
        assertThat(answers(503).problem()).contains("503");
        assertThat(answers(302).problem()).contains("302");
        peer.stubFor(get("/v1/instances").willReturn(okJson("[]")));
        assertThat(look().problem()).contains("no coordinator");
        assertThat(probe.look(URI.create("http://127.0.0.1:1")).problem()).contains("cannot be reached");
    }

    private Seen answers(int status) {
        peer.stubFor(get("/v1/instances").willReturn(aResponse().withStatus(status)));
        return look();
    }

    private Seen look() {
        return probe.look(URI.create(peer.baseUrl()));
    }
}
