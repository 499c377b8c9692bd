package io.assent.example.points;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.assent.protocol.BranchId;
import io.assent.protocol.TransactionId;
import io.assent.protocol.Vote;
import io.assent.protocol.header.BranchVote;
import io.assent.protocol.header.BranchesHeader;
import io.assent.protocol.header.TransactionContext;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Goal: nothing that the service has said is taken back by {@code kill -9}. Method: the service as a process, killed again and
 * again while four clients call it and order; a stand-in coordinator answers its inquiries.
 */
class PointsServiceKilledIntegrationTests {

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final int CLIENTS = 4;
    private static final int ROUNDS = 3;

    @TempDir
    Path directory;

    private HttpServer coordinator;
    private final Map<String, String> decisions = new ConcurrentHashMap<>();
    private int port;
    private Process process;

    /** A call, and what is known of it. */
    private static final class Call {
        private final TransactionId transaction = TransactionId.create(Instant.now(), new SecureRandom());
        private final boolean commit;
        private volatile BranchVote vote;
        private volatile String acknowledged;

        Call(int number) {
            commit = number % 3 != 0;
        }

        String decision() {
            return commit ? "COMMIT" : "ROLLBACK";
        }

        String key() {
            return transaction.toString();
        }
    }

    @BeforeEach
    void start() throws IOException {
        coordinator = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        coordinator.createContext("/v1/inquiries", this::inquired);
        coordinator.start();
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
    }

    @AfterEach
    void stop() throws Exception {
        if (process != null) {
            kill();
        }
        coordinator.stop(0);
    }

    @Test
    void what_was_promised_and_acknowledged_outlives_the_process() throws Exception {
        List<Call> calls = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            startService();
            List<Call> ofThisRound = java.util.Collections.synchronizedList(new ArrayList<>());
            AtomicInteger acknowledged = new AtomicInteger();
            ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
            List<Future<?>> running = new ArrayList<>();
            for (int client = 0; client < CLIENTS; client++) {
                running.add(clients.submit(() -> callUntilItDies(ofThisRound, acknowledged)));
            }
            int enough = 10 + 5 * round;
            await().atMost(Duration.ofMinutes(1))
                    .pollInterval(Duration.ofMillis(1))
                    .until(() -> acknowledged.get() >= enough);
            kill();
            for (Future<?> future : running) {
                future.get();
            }
            clients.shutdownNow();
            calls.addAll(ofThisRound);
        }
        startService();
        for (Call call : calls) {
            String state = state(call);
            if (call.acknowledged != null) {
                assertThat(state).isEqualTo(call.acknowledged);
            } else if (call.vote != null && call.vote.vote() == Vote.PREPARED) {
                assertThat(state).isIn("PREPARED", call.commit ? "COMMITTED" : "ROLLED_BACK");
            } else {
                assertThat(state).isIn("PREPARED", "NEVER_SEEN");
            }
        }
        // Now everybody is told: who has heard a yes may have decided COMMIT, all others not.
        for (Call call : calls) {
            decisions.put(call.key(), call.vote == null ? "ROLLBACK" : call.decision());
        }
        await().atMost(Duration.ofMinutes(1)).until(() -> inDoubt().isEmpty());
        int committed = 0;
        for (Call call : calls) {
            boolean yes = call.vote != null && call.commit;
            committed += yes ? 1 : 0;
            assertThat(get("/api/bookings/" + call.key()).statusCode()).isEqualTo(yes ? 200 : 404);
        }
        assertThat(JSON.readTree(get("/api/customers/ada").body()).get("points").asInt())
                .isEqualTo(1_000 - committed);
        assertThat(committed).isPositive();
    }

    /** Books a point in a transaction of its own, and orders its decision. */
    private void callUntilItDies(List<Call> calls, AtomicInteger acknowledged) {
        try {
            while (true) {
                Call call = new Call(calls.size());
                calls.add(call);
                call.vote = work(call);
                String state = order(call);
                if (state.equals("COMMITTED") || state.equals("ROLLED_BACK")) {
                    call.acknowledged = state;
                    acknowledged.incrementAndGet();
                }
            }
        } catch (IOException e) {
            // It is dead.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private BranchVote work(Call call) throws IOException, InterruptedException {
        Duration remaining = Duration.ofMinutes(5);
        HttpResponse<String> response = HTTP.send(
                HttpRequest.newBuilder(uri("/api/bookings"))
                        .header("Content-Type", "application/json")
                        .header(
                                TransactionContext.NAME,
                                new TransactionContext(
                                                call.transaction,
                                                new BranchId("1"),
                                                Instant.now().plus(remaining),
                                                remaining,
                                                true)
                                        .format())
                        .POST(HttpRequest.BodyPublishers.ofString(
                                JSON.writeValueAsString(Map.of("key", call.key(), "customer", "ada", "points", -1))))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        return BranchesHeader.parse(
                        response.headers().firstValue(BranchesHeader.NAME).orElseThrow())
                .get(0);
    }

    private String order(Call call) throws IOException, InterruptedException {
        HttpResponse<String> response = HTTP.send(
                HttpRequest.newBuilder(uri("/assent/v1/decisions"))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(Map.of(
                                "participant",
                                "points-service",
                                "decisions",
                                List.of(Map.of(
                                        "transaction", call.key(),
                                        "branch", "1",
                                        "ref", call.vote.ref().value(),
                                        "decision", call.decision()))))))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        JsonNode results = JSON.readTree(response.body()).get("results");
        return results.isEmpty() ? "unknown" : results.get(0).get("state").stringValue();
    }

    private String state(Call call) throws IOException, InterruptedException {
        return JSON.readTree(get("/assent/v1/branches/" + call.key() + "/1").body())
                .get("state")
                .stringValue();
    }

    private JsonNode inDoubt() throws IOException, InterruptedException {
        return JSON.readTree(get("/assent/v1/branches").body()).get("branches");
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return HTTP.send(HttpRequest.newBuilder(uri(path)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    private void inquired(HttpExchange exchange) throws IOException {
        List<Map<String, String>> answers = new ArrayList<>();
        for (JsonNode branch :
                JSON.readTree(exchange.getRequestBody().readAllBytes()).get("branches")) {
            answers.add(Map.of(
                    "transaction", branch.get("transaction").stringValue(),
                    "branch", branch.get("branch").stringValue(),
                    "ref", branch.get("ref").stringValue(),
                    "answer", decisions.getOrDefault(branch.get("transaction").stringValue(), "UNDECIDED")));
        }
        byte[] body = JSON.writeValueAsBytes(Map.of("answers", answers));
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private void startService() throws IOException {
        Path output = directory.resolve("service.out");
        process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx192m",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        PointsServiceKilledIntegrationTests.class.getName(),
                        "--server.port=" + port,
                        "--server.address=127.0.0.1",
                        "--spring.main.banner-mode=off",
                        "--points.journal=" + directory.resolve("points.journal"),
                        "--assent.coordinator.urls=http://127.0.0.1:"
                                + coordinator.getAddress().getPort(),
                        "--assent.participant.sweep.interval=200ms",
                        "--assent.participant.sweep.min-age=1s")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()))
                .start();
        await().atMost(Duration.ofMinutes(2))
                .pollInterval(Duration.ofMillis(100))
                .failFast("the service died, see " + output, () -> !process.isAlive())
                .ignoreException(java.net.ConnectException.class)
                .until(() -> get("/actuator/health/readiness").statusCode() == 200);
    }

    public static void main(String[] args) {
        SpringApplication.run(PointsServiceApplication.class, args);
    }

    /** {@code kill -9}. */
    private void kill() throws InterruptedException {
        process.destroyForcibly();
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    }
}
