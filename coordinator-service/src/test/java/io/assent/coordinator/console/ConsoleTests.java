package io.assent.coordinator.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.coordinator.web.Http;
import io.assent.coordinator.web.WebTest;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.TestPropertySource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Goal: the page and what belongs to it are served with a strict policy, and the live stream is bounded, idle while nobody
 * watches, and ended before the service is. Method: over a real port, without an engine.
 */
@WebTest
@TestPropertySource(
        properties = {"assent.coordinator.console.max-listeners=2", "assent.coordinator.console.interval=200ms"})
class ConsoleTests {

    /** Generous: only a machine that stands still takes longer. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Autowired
    LiveStream stream;

    @LocalServerPort
    int port;

    private Http http;
    private final HttpClient client = HttpClient.newHttpClient();
    private final List<InputStream> opened = new ArrayList<>();

    @BeforeEach
    void open() {
        http = new Http(port);
    }

    @AfterEach
    void nobodyWatches() throws IOException {
        for (InputStream stream : opened) {
            stream.close();
        }
        stream.start();
        Awaitility.await("nobody watches any more").atMost(PATIENCE).until(() -> stream.listeners() == 0);
        assertThat(stream.isTicking()).isFalse();
    }

    @Test
    void the_page_and_its_files_are_served_with_a_policy_that_allows_nothing_from_elsewhere() {
        Http.Response page = http.get("/console/");

        assertThat(page.status()).isEqualTo(200);
        assertThat(page.contentType()).startsWith("text/html");
        assertThat(page.body())
                .contains("assets/app.js")
                .doesNotContain("http://", "https://", "<style", " style=", " onclick=");
        for (String path : List.of(
                "/console/",
                "/console/assets/app.js",
                "/console/assets/console.css",
                "/console/favicon.svg",
                "/webjars/lit-html/lit-html.js",
                "/webjars/lit-html/directives/repeat.js",
                "/webjars/chart.js/dist/chart.umd.min.js")) {
            Http.Response response = http.get(path);
            assertThat(response.status()).as(path).isEqualTo(200);
            assertThat(response.headers().get("Content-Security-Policy"))
                    .as(path)
                    .startsWith("default-src 'none'; script-src 'self';")
                    .contains("base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'")
                    .doesNotContain("unsafe");
            assertThat(response.headers())
                    .as(path)
                    .containsEntry("X-Content-Type-Options", "nosniff")
                    .containsEntry("Referrer-Policy", "no-referrer");
        }
        assertThat(http.get("/console").status()).isEqualTo(302);
        assertThat(http.get("/console").headers().get("Location")).endsWith("/console/");
    }

    @Test
    void what_is_not_there_is_a_problem_as_elsewhere() {
        for (String path : List.of("/console/nothing", "/console/assets/nothing.js", "/console/assets/")) {
            Http.Response response = http.get(path);
            assertThat(response.status()).as(path).isEqualTo(404);
            assertThat(response.contentType()).startsWith("application/problem+json");
            assertThat(response.text("type")).isEqualTo("urn:assent:problem:not-found");
        }
        assertThat(http.post("/console/live", "{}").status()).isEqualTo(405);
    }

    @Test
    void who_watches_is_told_again_and_again_and_nothing_happens_before_and_after() throws Exception {
        assertThat(stream.isTicking()).isFalse();

        BufferedReader events = watch(200);
        JsonNode first = next(events);
        JsonNode second = next(events);

        assertThat(first.path("commits").propertyNames()).contains("count", "totalMillis", "maxMillis");
        assertThat(second.path("startedAt").asString())
                .isEqualTo(first.path("startedAt").asString())
                .isNotBlank();
        assertThat(second.path("at").asString()).isGreaterThan(first.path("at").asString());
        assertThat(first.path("inFlight").isNumber()).isTrue();
        assertThat(stream.isTicking()).isTrue();
        events.close();
        Awaitility.await("it is noticed that nobody watches").atMost(PATIENCE).until(() -> !stream.isTicking());
    }

    @Test
    void a_message_is_a_line_of_data_and_a_blank_line_which_is_all_that_the_page_understands() throws Exception {
        BufferedReader events = watch(200);

        for (int message = 0; message < 2; message++) {
            assertThat(events.readLine()).isEqualTo("event:numbers");
            assertThat(events.readLine()).startsWith("data:{").endsWith("}");
            assertThat(events.readLine()).isEmpty();
        }
    }

    @Test
    void no_more_than_a_few_may_watch_and_there_is_room_again_when_one_has_gone() throws Exception {
        BufferedReader one = watch(200);
        BufferedReader two = watch(200);

        BufferedReader refused = watch(503);

        assertThat(refused.readLine()).contains("urn:assent:problem:overloaded", "\"retryable\":true");
        one.close();
        Awaitility.await("one has gone").atMost(PATIENCE).until(() -> stream.listeners() < 2);
        assertThat(next(watch(200)).has("at")).isTrue();
        assertThat(next(two).has("at")).isTrue();
    }

    @Test
    void streams_end_when_the_service_is_about_to_and_new_ones_are_refused() throws Exception {
        BufferedReader events = watch(200);
        next(events);

        stream.stop();

        while (events.readLine() != null) {
            // What was under way may still come; then the end comes.
        }
        assertThat(stream.listeners()).isZero();
        assertThat(stream.getPhase())
                .as("stopped before the web server waits for its requests")
                .isGreaterThan(Integer.MAX_VALUE - 1024);
        watch(503);
    }

    @Test
    void the_numbers_are_those_of_the_meters(@Autowired MeterRegistry registry) throws Exception {
        for (String log : List.of("main", "second")) {
            registry.timer("assent.decision", "log", log, "decision", "COMMIT", "won", "true")
                    .record(Duration.ofMillis(30));
            registry.timer("assent.decision", "log", log, "decision", "COMMIT", "won", "false")
                    .record(Duration.ofMillis(500));
            registry.timer("assent.completion", "log", log, "outcome", "COMMITTED")
                    .record(Duration.ofMillis(50));
            registry.counter("assent.admission.refused", "log", log, "reason", "undecided")
                    .increment();
            registry.gauge("assent.in.flight", List.of(Tag.of("log", log)), 7);
        }

        JsonNode numbers = next(watch(200));

        assertThat(numbers.at("/commits/count").asLong()).isEqualTo(2);
        assertThat(numbers.at("/commits/totalMillis").asDouble()).isEqualTo(60);
        assertThat(numbers.at("/commits/maxMillis").asDouble()).isEqualTo(30);
        assertThat(numbers.at("/rollbacks/count").asLong()).isZero();
        assertThat(numbers.at("/completions/count").asLong()).isEqualTo(2);
        assertThat(numbers.path("refused").asLong()).isEqualTo(2);
        assertThat(numbers.path("inFlight").asLong()).isEqualTo(14);
    }

    private BufferedReader watch(int status) throws Exception {
        HttpResponse<InputStream> response = client.send(
                HttpRequest.newBuilder(http.uri("/console/live"))
                        .header("Accept", "text/event-stream")
                        .build(),
                HttpResponse.BodyHandlers.ofInputStream());
        opened.add(response.body());
        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(response.headers().firstValue("Content-Type").orElse(""))
                .startsWith(status == 200 ? "text/event-stream" : "application/problem+json");
        return new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
    }

    private static JsonNode next(BufferedReader events) throws IOException {
        String line = events.readLine();
        while (line != null && !line.startsWith("data:")) {
            line = events.readLine();
        }
        assertThat(line).as("the stream has ended").isNotNull();
        return new JsonMapper().readTree(line.substring("data:".length()));
    }
}
