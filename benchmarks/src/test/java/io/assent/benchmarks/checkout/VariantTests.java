package io.assent.benchmarks.checkout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.tuple;

import com.sun.net.httpserver.HttpServer;
import io.assent.benchmarks.system.TraceReceiver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.springframework.http.MediaType;
import org.springframework.web.client.RestClient;

/** Goal: a variant whose setting had no effect gives no figures. Method: its checks against made-up processes. */
class VariantTests {

    @Test
    void variantsAreComparedWithAssentAndThatWithTheFloor() {
        assertThat(CheckoutSystems.named(List.of("assent-traced", "assent-unmeasured", "assent-traced-all")))
                .extracting(CheckoutSystem::name, CheckoutSystem::floor)
                .containsExactly(
                        tuple("floor", "floor"),
                        tuple("assent", "floor"),
                        tuple("assent-unmeasured", "assent"),
                        tuple("assent-traced", "assent"),
                        tuple("assent-traced-all", "assent"));
    }

    @Test
    void whatASettingCostsWithoutAssentIsComparedWithTheFloor() {
        assertThat(CheckoutSystems.named(List.of("floor-traced")))
                .extracting(CheckoutSystem::name, CheckoutSystem::floor)
                .containsExactly(tuple("floor", "floor"), tuple("floor-traced", "floor"));
    }

    @Test
    void tracesHaveToArriveFromEachProcess() throws Exception {
        try (TraceReceiver receiver = TraceReceiver.start()) {
            export(receiver, "order");

            assertThat(Traced.arrived(receiver, List.of("order"), true, Duration.ZERO))
                    .isEqualTo("Messages with traces that have arrived: 1 (2 kB) of order.");
            assertThatIllegalStateException()
                    .isThrownBy(() -> Traced.arrived(receiver, List.of("order", "coordinator"), true, Duration.ZERO))
                    .withMessageStartingWith("No trace of coordinator has arrived");
            // Of a few checkouts it may be that none was chosen.
            assertThat(Traced.arrived(receiver, List.of("coordinator"), false, Duration.ZERO))
                    .contains("0 (0 kB) of coordinator");
        }
    }

    @Test
    void noMetricOfAssentMayBeLeft() throws Exception {
        verify(
                "{\"names\":[\"jvm.info\",\"process.uptime\"]}",
                application ->
                        assertThatCode(() -> Unmeasured.verify(application)).doesNotThrowAnyException());
        verify(
                "{\"names\":[\"jvm.info\",\"assent.begun\"]}",
                application -> assertThatIllegalStateException()
                        .isThrownBy(() -> Unmeasured.verify(application))
                        .withMessageContaining("which are switched off: [assent.begun]"));
        // Nothing at all is no answer.
        verify(
                "{\"names\":[]}",
                application -> assertThatIllegalStateException()
                        .isThrownBy(() -> Unmeasured.verify(application))
                        .withMessageContaining("does not tell its metrics"));
    }

    @Test
    void whoHasNoKeyMustBeRefused() throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        for (int status : new int[] {200, 401}) {
            server.createContext("/" + status, exchange -> {
                exchange.getRequestBody().readAllBytes();
                exchange.sendResponseHeaders(status, -1);
                exchange.close();
            });
        }
        server.start();
        try {
            URI base = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
            assertThatCode(() -> Secured.refuses(base.resolve("/401"))).doesNotThrowAnyException();
            assertThatIllegalStateException()
                    .isThrownBy(() -> Secured.refuses(base.resolve("/200")))
                    .withMessageContaining("answered 200 to somebody without a key");
        } finally {
            server.stop(0);
        }
    }

    private static void export(TraceReceiver receiver, String process) {
        RestClient.create()
                .post()
                .uri(receiver.endpoint(process))
                .contentType(MediaType.APPLICATION_PROTOBUF)
                .body(new byte[2000])
                .retrieve()
                .toBodilessEntity();
    }

    private static void verify(String metrics, Consumer<URI> check) throws IOException {
        HttpServer application = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        application.createContext("/actuator/metrics", exchange -> {
            try (exchange) {
                byte[] body = metrics.getBytes(StandardCharsets.UTF_8);
                exchange.getResponseHeaders().set("Content-Type", "application/json");
                exchange.sendResponseHeaders(200, body.length);
                exchange.getResponseBody().write(body);
            }
        });
        application.start();
        try {
            check.accept(
                    URI.create("http://127.0.0.1:" + application.getAddress().getPort()));
        } finally {
            application.stop(0);
        }
    }
}
