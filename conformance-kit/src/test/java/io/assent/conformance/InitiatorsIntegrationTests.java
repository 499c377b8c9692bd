package io.assent.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.conformance.StandInServer.Reply;
import io.assent.conformance.support.Programs;
import io.assent.conformance.support.StockService;
import io.assent.demo.node.NodeRuntime;
import io.assent.protocol.wire.Examples;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Goal: what docs/initiators.md tells people to do works as it stands there, and the initiator in Node.js never takes
 * "unknown" for "failed". Method: the real coordinator and two warehouses in Node.js; for the unknown outcome, a coordinator
 * that is played.
 */
class InitiatorsIntegrationTests {

    private static final Path MOVE = Programs.repository().resolve("examples/node-initiator/move.js");

    private static Programs programs;
    private static String coordinator;
    private static StockService east;
    private static StockService west;
    private static String node;

    @BeforeAll
    static void start() throws Exception {
        programs = new Programs();
        int port = Programs.freePort();
        coordinator = "http://127.0.0.1:" + port;
        programs.service(
                "coordinator-service",
                port,
                List.of("--assent.security.mode=none", "--assent.coordinator.participants.allowed-hosts=127.0.0.1:*"));
        east = StockService.start(programs, coordinator, "east-warehouse");
        west = StockService.start(programs, coordinator, "west-warehouse");
        node = NodeRuntime.find(Path.of("target/node").toAbsolutePath()).node().toString();
    }

    @AfterAll
    static void stop() {
        if (programs != null) {
            programs.close();
        }
    }

    @Test
    void theWalkthroughWithCurlCommitsInBothWarehouses() throws Exception {
        String text = Files.readString(Programs.repository().resolve("docs/initiators.md"));
        Matcher lines = Pattern.compile("<!-- walkthrough.*?```bash\n(.*?)```\n<!-- /walkthrough -->", Pattern.DOTALL)
                .matcher(text);
        assertThat(lines.find()).as("the walkthrough").isTrue();
        String script = lines.group(1)
                .replace("http://127.0.0.1:7070", coordinator)
                .replace("http://127.0.0.1:8082", east.url())
                .replace("http://127.0.0.1:8083", west.url());

        Ended ended = run(List.of("bash", "-eu", "-o", "pipefail", "-c", script));

        assertThat(ended.code()).as(ended.output()).isZero();
        assertThat(ended.output())
                .containsPattern("HTTP/1.1 201(?s:.*)HTTP/1.1 201(?s:.*)HTTP/1.1 200(?s:.*)HTTP/1.1 200")
                .contains("\"outcome\":\"COMMITTED\"")
                .containsIgnoringCase("assent-branches: \"1\";participant=\"east-warehouse\"");
    }

    @Test
    void theInitiatorInNodeMovesGoodsOrNothing() throws Exception {
        Ended moved = move(coordinator, "lamp", 3, "node-1");
        Ended refused = move(coordinator, "lamp", 100_000, "node-2");

        assertThat(moved.output()).contains("COMMIT ");
        assertThat(moved.code()).isZero();
        assertThat(refused.output()).contains("ROLLBACK: ").contains("fewer than 100000 of lamp are left");
        assertThat(refused.code()).isEqualTo(1);
        assertThat(get(east.url() + "/api/stock")).contains("{\"sku\":\"lamp\",\"available\":997,\"reserved\":3}");
        assertThat(get(west.url() + "/api/stock")).contains("{\"sku\":\"lamp\",\"available\":1003,\"reserved\":0}");
    }

    @Test
    void anUnknownOutcomeIsAskedForAgainWithTheSameRequest() throws Exception {
        List<String> commits = Collections.synchronizedList(new ArrayList<>());
        try (StandInServer between = new StandInServer(new InetSocketAddress("127.0.0.1", 0), request -> {
            Reply real = forward(request);
            if (!request.path().endsWith("/commit")) {
                return real;
            }
            commits.add(request.path() + " " + request.body());
            return switch (commits.size()) {
                case 1 -> unknown();
                case 2 -> Reply.HANG_UP;
                default -> real;
            };
        })) {
            Ended ended = move("http://127.0.0.1:" + between.port(), "kettle", 1, "node-3");

            assertThat(ended.code()).as(ended.output()).isZero();
            assertThat(ended.output()).contains("COMMIT ").doesNotContain("ROLLBACK");
            assertThat(commits).hasSize(3).allMatch(commits.get(0)::equals);
            assertThat(commits.get(0)).endsWith("{\"branches\":[\"1\",\"2\"]}");
        }
    }

    @Test
    void whenThePatienceIsOverTheOutcomeIsUnknownAndNotFailed() throws Exception {
        try (StandInServer between = new StandInServer(new InetSocketAddress("127.0.0.1", 0), request -> {
            Reply real = forward(request);
            return request.path().endsWith("/commit") ? unknown() : real;
        })) {
            Ended ended = move("http://127.0.0.1:" + between.port(), "mug", 1, "node-4");

            assertThat(ended.code()).as(ended.output()).isEqualTo(3);
            assertThat(ended.output()).contains("UNKNOWN: ask again for ").doesNotContain("ROLLBACK");
        }
    }

    private static Reply unknown() {
        return new Reply(503, "application/problem+json", Examples.text("problem-outcome-unknown.json"));
    }

    /** What the real coordinator says. */
    private static Reply forward(StandInServer.Incoming request) throws IOException, InterruptedException {
        HttpResponse<String> response = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(coordinator + request.path()))
                                .header("Content-Type", "application/json")
                                .POST(HttpRequest.BodyPublishers.ofString(request.body()))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        return new Reply(
                response.statusCode(),
                response.headers().firstValue("Content-Type").orElse("text/plain"),
                response.body());
    }

    private static Ended move(String coordinator, String sku, int quantity, String key)
            throws IOException, InterruptedException {
        return run(List.of(
                node, MOVE.toString(), coordinator, east.url(), west.url(), sku, Integer.toString(quantity), key));
    }

    private static String get(String url) throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString())
                .body();
    }

    private record Ended(int code, String output) {}

    private static Ended run(List<String> command) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("PATIENCE_MS", "5000");
        Process process = builder.start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new Ended(process.exitValue(), output.replace("\r", ""));
    }
}
