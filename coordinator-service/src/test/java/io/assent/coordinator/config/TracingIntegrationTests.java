package io.assent.coordinator.config;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.containing;
import static com.github.tomakehurst.wiremock.client.WireMock.matching;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.serverError;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.tomakehurst.wiremock.WireMockServer;
import io.assent.coordinator.ObedientParticipant;
import io.assent.embeddedpostgres.TestPostgres;
import io.assent.protocol.TransactionId;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.logging.LoggingSystemProperty;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Goal: what is done for a transaction can be found in its caller's trace and by its id. Method: real instances on a real
 * PostgreSQL; spans are read where an exporter would be given them, lines where the console would be.
 */
@ExtendWith(OutputCaptureExtension.class)
class TracingIntegrationTests {

    private static final AttributeKey<String> TRANSACTION = AttributeKey.stringKey("assent.transaction");
    private static final AttributeKey<String> STATE = AttributeKey.stringKey("assent.state");
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Random RANDOM = new Random();

    private final TestPostgres.Database database = TestPostgres.shared().freshDatabase("tracing");
    private final WireMockServer participant =
            new WireMockServer(wireMockConfig().dynamicPort().extensions(new ObedientParticipant()));
    private final HttpClient http = HttpClient.newHttpClient();

    @Configuration(proxyBeanMethods = false)
    static class Exporter {

        @Bean
        InMemorySpanExporter exporter() {
            return InMemorySpanExporter.create();
        }
    }

    @BeforeEach
    void start() {
        participant.start();
        obey();
    }

    @AfterEach
    void stop() {
        participant.stop();
    }

    /** Boot leaves it for whatever starts next in this process. */
    @AfterAll
    static void logAsBefore() {
        System.clearProperty(LoggingSystemProperty.CONSOLE_STRUCTURED_FORMAT.getEnvironmentVariableName());
    }

    /** As Prometheus asks for it. */
    private String scraped(ConfigurableApplicationContext instance) throws Exception {
        return http.send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:"
                                        + ((WebServerApplicationContext) instance)
                                                .getWebServer()
                                                .getPort()
                                        + "/actuator/prometheus"))
                                .header("Accept", "application/openmetrics-text; version=1.0.0; charset=utf-8")
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
    }

    @Test
    void decision_and_orders_are_in_the_trace_of_whoever_asked_and_the_logs_name_the_ids(CapturedOutput output)
            throws Exception {
        TransactionId unrecorded = newId();
        TransactionId alone = newId();
        TransactionId one = newId();
        TransactionId other = newId();
        try (ConfigurableApplicationContext instance = instance()) {
            commit(instance, unrecorded, parent("f").replaceFirst("01$", "00"));
            commit(instance, alone, parent("a"));
            HttpResponse<String> both = send(
                    instance,
                    "/v1/commits",
                    "{\"commits\":[%s,%s]}".formatted(commitOf(one), commitOf(other)),
                    "traceparent",
                    parent("b"),
                    "Assent-Traces",
                    parent("c") + ", " + parent("d"));

            assertThat(both.body()).contains("\"outcome\":\"COMMITTED\"");
            assertThat(scraped(instance))
                    .as("some versions of Prometheus take no scrape with exemplars")
                    .contains("http_server_requests_seconds_count{")
                    .doesNotContain("trace_id=");
            List<SpanData> spans = spans(instance, "c", "assent decide", "assent order");
            assertThat(names(spans)).doesNotContain("http post /v1/commits");
            assertThat(spans)
                    .filteredOn(span -> span.getName().startsWith("assent"))
                    .allMatch(span -> one.toString().equals(span.getAttributes().get(TRANSACTION)));
            assertThat(names(spans(instance, "d", "assent decide", "assent order")))
                    .doesNotContain("http post /v1/commits");
            assertThat(names(spans(instance, "b", "http post /v1/commits"))).containsExactly("http post /v1/commits");
            assertThat(spans(instance)).noneMatch(span -> span.getName().contains("actuator"));

            String[] parts = {
                "http post /v1/transactions/{id}/commit", "assent decide", "assent order", "POST /decisions"
            };
            List<SpanData> single = spans(instance, "a", parts);
            assertThat(names(single)).containsExactlyInAnyOrder(parts);
            SpanData request = named(single, "http post /v1/transactions/{id}/commit");
            assertThat(request.getParentSpanId()).isEqualTo("a".repeat(16));
            assertThat(named(single, "assent decide").getParentSpanId()).isEqualTo(request.getSpanId());
            SpanData order = named(single, "assent order");
            assertThat(order.getParentSpanId()).isEqualTo(request.getSpanId());
            assertThat(order.getAttributes().get(STATE)).isEqualTo("COMMITTED");
            SpanData message = named(single, "POST /decisions");
            assertThat(message.getParentSpanId()).isEqualTo(order.getSpanId());
            participant.verify(postRequestedFor(urlEqualTo("/assent/v1/decisions"))
                    .withHeader("traceparent", containing("a".repeat(32) + "-" + message.getSpanId())));
            participant.verify(postRequestedFor(urlEqualTo("/assent/v1/decisions"))
                    .withRequestBody(containing(unrecorded.toString()))
                    .withHeader("traceparent", matching("00-f{32}-[0-9a-f]{16}-00")));
            assertThat(spans(instance))
                    .as("whoever began the trace has decided that it is not recorded")
                    .noneMatch(span -> span.getTraceId().equals("f".repeat(32))
                            || unrecorded.toString().equals(span.getAttributes().get(TRANSACTION)));
        }
        JsonNode line = output.getOut()
                .lines()
                .filter(text -> text.startsWith("{") && text.contains(alone + " has ended as decided"))
                .map(JSON::readTree)
                .findFirst()
                .orElseThrow();
        assertThat(line.path("assent").path("transaction").asString()).isEqualTo(alone.toString());
        assertThat(line.path("assent").path("branch").asString()).isEqualTo("1");
        assertThat(line.path("assent").path("participant").asString()).isEqualTo("payment-service");
    }

    @Test
    void a_recovery_by_another_instance_is_a_trace_of_its_own_that_names_the_transaction() throws Exception {
        TransactionId id = newId();
        participant.stubFor(post("/assent/v1/decisions").willReturn(serverError()));
        try (ConfigurableApplicationContext first = instance()) {
            commit(first, id, parent("e"));
            assertThat(spans(first, "e", "assent decide", "assent order")).isNotEmpty();
        }

        try (ConfigurableApplicationContext second = instance()) {
            obey();
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> spans(second).stream()
                            .anyMatch(span ->
                                    "COMMITTED".equals(span.getAttributes().get(STATE))));

            List<SpanData> named = spans(second).stream()
                    .filter(span -> id.toString().equals(span.getAttributes().get(TRANSACTION)))
                    .toList();
            SpanData recovery = named(named, "assent recovery");
            assertThat(recovery.getParentSpanContext().isValid()).isFalse();
            assertThat(named)
                    .filteredOn(span -> span.getName().equals("assent order"))
                    .isNotEmpty()
                    .allMatch(span -> span.getParentSpanId().equals(recovery.getSpanId()));
        }
    }

    private ConfigurableApplicationContext instance() {
        return new SpringApplicationBuilder(CoordinatorApplication.class, Exporter.class)
                .run(
                        "--server.port=0",
                        "--spring.datasource.url=" + database.jdbcUrl(),
                        "--spring.datasource.username=" + database.username(),
                        "--spring.datasource.password=" + database.password(),
                        "--management.opentelemetry.tracing.export.otlp.endpoint=http://localhost:1/v1/traces",
                        // The spans go to the exporter above instead.
                        "--management.tracing.export.otlp.enabled=false",
                        "--management.opentelemetry.tracing.export.schedule-delay=50ms",
                        "--management.tracing.sampling.probability=1",
                        "--logging.structured.format.console=ecs",
                        "--logging.level.assent.transactions=debug",
                        "--assent.coordinator.participants.allowed-hosts=loopback:*");
    }

    private void obey() {
        participant.resetAll();
        participant.stubFor(post("/assent/v1/decisions").willReturn(aResponse().withTransformers("obedient")));
    }

    private void commit(ConfigurableApplicationContext instance, TransactionId id, String parent) throws Exception {
        String body = commitOf(id).replace("\"transaction\":\"" + id + "\",", "");
        HttpResponse<String> response =
                send(instance, "/v1/transactions/" + id + "/commit", body, "traceparent", parent, "Prefer", "wait=2");
        assertThat(response.statusCode()).as(response.body()).isIn(200, 202);
    }

    private String commitOf(TransactionId id) {
        return """
                {"transaction":"%s","deadline":"%s","branches":[{"branch":"1","participant":"payment-service",\
                "url":"http://localhost:%d/assent/v1","ref":"assent:payment-service:%s:1:x","vote":"PREPARED"}]}""".formatted(id, Instant.now().plusSeconds(30), participant.port(), id);
    }

    private HttpResponse<String> send(
            ConfigurableApplicationContext instance, String path, String body, String... headers)
            throws IOException, InterruptedException {
        int port = ((WebServerApplicationContext) instance).getWebServer().getPort();
        return http.send(
                HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                        .header("Content-Type", "application/json")
                        .headers(headers)
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static List<SpanData> spans(ConfigurableApplicationContext instance) {
        return instance.getBean(InMemorySpanExporter.class).getFinishedSpanItems();
    }

    /** Those of the trace whose id is nothing but this digit, as soon as these are there: they end one after the other. */
    private static List<SpanData> spans(ConfigurableApplicationContext instance, String digit, String... awaited) {
        return await().atMost(Duration.ofSeconds(30))
                .until(
                        () -> spans(instance).stream()
                                .filter(span -> span.getTraceId().equals(digit.repeat(32)))
                                .toList(),
                        found -> names(found).containsAll(List.of(awaited)));
    }

    private static List<String> names(List<SpanData> spans) {
        return spans.stream().map(SpanData::getName).collect(Collectors.toList());
    }

    private static SpanData named(List<SpanData> spans, String name) {
        return spans.stream()
                .filter(span -> span.getName().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError(name + " is not in " + names(spans)));
    }

    private static String parent(String digit) {
        return "00-" + digit.repeat(32) + "-" + digit.repeat(16) + "-01";
    }

    private static TransactionId newId() {
        return TransactionId.create(Instant.now(), RANDOM);
    }
}
