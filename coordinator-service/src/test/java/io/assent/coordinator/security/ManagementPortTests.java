package io.assent.coordinator.security;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.coordinator.web.Http;
import io.assent.coordinator.web.WebTest;
import io.assent.protocol.ServiceKey;
import java.net.http.HttpRequest;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.web.server.LocalManagementPort;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** Goal: an actuator with a port of its own obeys the same rules there. Method: calls at both ports, by who may and who may not. */
@WebTest
@ExtendWith(OutputCaptureExtension.class)
class ManagementPortTests {

    private static final String OPERATOR = "assent_key-of-an-operator";
    private static final String SERVICE = "assent_key-of-a-service";

    @LocalServerPort
    int port;

    @LocalManagementPort
    int managementPort;

    private Http api;
    private Http management;

    @DynamicPropertySource
    static void settings(DynamicPropertyRegistry properties) {
        properties.add("management.server.port", () -> "0");
        properties.add("assent.security.mode", () -> "keys");
        properties.add("assent.security.services.ada.keys", () -> ServiceKey.digest(OPERATOR));
        properties.add("assent.security.services.ada.scopes", () -> "tx:operate");
        properties.add("assent.security.services.order-service.keys", () -> ServiceKey.digest(SERVICE));
    }

    @BeforeEach
    void clients() {
        assertThat(managementPort).isNotEqualTo(port);
        api = new Http(port);
        management = new Http(managementPort);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/actuator", "/actuator/metrics", "/actuator/assent-doctor", "/actuator/assent-instance"})
    void what_is_for_operators_is_for_operators_there(String path) {
        assertThat(status(management, path, null)).isEqualTo(401);
        assertThat(status(management, path, SERVICE)).isEqualTo(403);
        assertThat(status(management, path, OPERATOR)).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/actuator/health", "/actuator/health/readiness", "/actuator/prometheus", "/actuator/info"})
    void what_is_open_is_open_there_and_not_beside_the_api(String path) {
        assertThat(status(management, path, null)).isEqualTo(200);
        assertThat(status(api, path, null)).isEqualTo(401);
        assertThat(status(api, path, OPERATOR)).isEqualTo(404);
    }

    @Test
    void the_api_is_not_there() {
        assertThat(status(management, "/v1/transactions", null)).isEqualTo(401);
        assertThat(status(management, "/v1/transactions", OPERATOR)).isEqualTo(404);
        assertThat(status(api, "/v1/transactions", OPERATOR)).isEqualTo(200);
    }

    @Test
    void what_is_refused_at_either_port_is_in_the_audit_log(CapturedOutput output) {
        assertThat(act(management, "/actuator/assent-instance/drain", SERVICE)).isEqualTo(403);
        assertThat(act(api, "/v1/instance/drain", null)).isEqualTo(401);
        assertThat(act(api, "/v1/instance/resume", "assent_made-up")).isEqualTo(401);
        assertThat(act(api, "/v1/commits", null)).isEqualTo(401);

        assertThat(output)
                .contains(
                        "who=\"order-service@127.0.0.1\" what=\"POST\" target=\"/actuator/assent-instance/drain\""
                                + " reason=\"\" result=\"403 forbidden\"",
                        "who=\"127.0.0.1\" what=\"POST\" target=\"/v1/instance/drain\" reason=\"\""
                                + " result=\"401 unauthorized\"",
                        "target=\"/v1/instance/resume\"")
                .doesNotContain("target=\"/v1/commits\"", "assent_made-up", SERVICE);
    }

    /** What probes ask has to be true of the port that services call. */
    @ParameterizedTest
    @ValueSource(strings = {"/livez", "/readyz"})
    void probes_are_answered_beside_the_api(String path) {
        assertThat(status(api, path, null)).isEqualTo(200);
    }

    private static int act(Http http, String path, @Nullable String key) {
        HttpRequest.Builder request = HttpRequest.newBuilder(http.uri(path))
                .POST(HttpRequest.BodyPublishers.ofString("{\"reason\":\"a test\"}"))
                .setHeader("Content-Type", "application/json");
        if (key != null) {
            request.header("Authorization", "Bearer " + key);
        }
        return http.send(request).status();
    }

    private static int status(Http http, String path, @Nullable String key) {
        HttpRequest.Builder request = HttpRequest.newBuilder(http.uri(path)).GET();
        if (key != null) {
            request.header("Authorization", "Bearer " + key);
        }
        return http.send(request).status();
    }
}
