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
import io.assent.protocol.ServiceKey;
import io.assent.protocol.TransactionId;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Goal: a service that sends too much is refused, and its neighbour notices nothing. Method: a coordinator with narrow bounds on
 * a real PostgreSQL; one service floods it in every way that there is, while another one commits one transaction after the
 * other, none of which may fail. What is counted are answers.
 */
class FloodIntegrationTests {

    private static final String FLOODER = "assent_key-of-the-flooder";
    private static final String NEIGHBOUR = "assent_key-of-the-neighbour";

    /** More than the server has threads, where threads are few. */
    private static final int CONNECTIONS = 120;

    private static final int LEAST_COMMITS = 20;
    private static final long HUGE = 10_000_000_000L;

    private static final Random RANDOM = new Random();

    static ConfigurableApplicationContext instance;
    static WireMockServer participant;
    static Http http;
    static int port;

    private final ExecutorService threads = Executors.newCachedThreadPool();

    @BeforeAll
    static void start() {
        TestPostgres.Database database = TestPostgres.shared().freshDatabase("flood");
        participant = new WireMockServer(wireMockConfig().dynamicPort().extensions(new ObedientParticipant()));
        participant.start();
        participant.stubFor(post("/assent/v1/decisions").willReturn(aResponse().withTransformers("obedient")));
        instance = new SpringApplicationBuilder(CoordinatorApplication.class)
                .run(
                        "--server.port=0",
                        "--spring.datasource.url=" + database.jdbcUrl(),
                        "--spring.datasource.username=" + database.username(),
                        "--spring.datasource.password=" + database.password(),
                        "--logging.level.assent.transactions=error",
                        "--assent.security.mode=keys",
                        "--assent.security.services.flooder.keys=" + ServiceKey.digest(FLOODER),
                        "--assent.security.services.neighbour.keys=" + ServiceKey.digest(NEIGHBOUR),
                        "--assent.coordinator.participants.allowed-hosts=loopback:*",
                        "--assent.coordinator.callers.max-open=8",
                        "--assent.coordinator.callers.max-bodies=4",
                        "--assent.coordinator.callers.max-requests-per-second=1000",
                        "--assent.coordinator.web.body-timeout=2s",
                        "--server.tomcat.connection-timeout=3s");
        port = ((WebServerApplicationContext) instance).getWebServer().getPort();
        http = new Http(port);
    }

    @AfterAll
    static void stop() {
        instance.close();
        participant.stop();
    }

    @AfterEach
    void end() {
        threads.shutdownNow();
    }

    @Test
    void begins_as_fast_as_they_can() throws Exception {
        double before = refused();

        Map<Integer, Integer> answers = whileTheNeighbourCommits(() -> flood(
                24,
                () -> send("/v1/transactions", "{\"timeout\":\"PT30S\"}"),
                counts -> counts.getOrDefault(429, 0) >= 100 && counts.getOrDefault(201, 0) >= 100));

        assertThat(answers.keySet()).containsExactlyInAnyOrder(201, 429);
        assertThat(refused() - before).isEqualTo((double) answers.get(429));
        theFloodersPlacesAreFreeAgain();
    }

    /** Each commit of a message counts, so that four messages are more than a second's. */
    @Test
    void commits_by_the_hundred() throws Exception {
        String commits = IntStream.range(0, 256)
                .mapToObj(i -> "{\"transaction\":\"" + newId() + "\",\"deadline\":\"never\",\"branches\":[]}")
                .collect(Collectors.joining(",", "{\"commits\":[", "]}"));
        double before = refused();

        Map<Integer, Integer> answers = whileTheNeighbourCommits(
                () -> flood(4, () -> send("/v1/commits", commits), counts -> counts.getOrDefault(429, 0) >= 20));

        assertThat(answers.keySet()).containsExactlyInAnyOrder(200, 429);
        assertThat(refused() - before).isEqualTo((double) answers.get(429));
        theFloodersPlacesAreFreeAgain();
    }

    @Test
    void bodies_that_come_byte_by_byte() throws Exception {
        for (String path : List.of("/v1/transactions", "/v1/inquiries")) {
            Map<Integer, Long> answers = slowly(path, FLOODER);

            assertThat(answers.get(408))
                    .as("were let in, and took too long: %s", answers)
                    .isBetween(1L, 120L);
            assertThat(answers.get(429)).as("were refused: %s", answers).isBetween(1L, 119L);
            // Some are closed before they have read their answer.
            assertThat(answers.keySet()).isSubsetOf(0, 408, 429);
        }
        theFloodersPlacesAreFreeAgain();
    }

    @Test
    void bodies_that_come_byte_by_byte_from_somebody_who_does_not_belong_or_where_nobody_reads_them() throws Exception {
        Map<Integer, Long> strangers = slowly("/v1/transactions", "assent_made-up");
        Map<Integer, Long> lost = slowly("/actuator/health", FLOODER);

        assertThat(strangers.get(401)).as("%s", strangers).isPositive();
        assertThat(strangers.keySet()).isSubsetOf(0, 401);
        assertThat(lost.keySet()).as("%s", lost).isSubsetOf(0, 403, 405);
    }

    @Test
    void bodies_that_stop() throws Exception {
        whileTheNeighbourCommits(() -> {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                socket.setSoTimeout(60_000);
                socket.getOutputStream().write(head("/v1/transactions", FLOODER, 100));
                String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                assertThat(answer)
                        .startsWith("HTTP/1.1 408")
                        .contains("urn:assent:problem:malformed-request", "\"retryable\":true");
                return answer;
            }
        });
    }

    @Test
    void bodies_that_never_end() throws Exception {
        whileTheNeighbourCommits(() -> {
            List<Future<Integer>> running = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                running.add(threads.submit(FloodIntegrationTests::endlessly));
            }
            List<Integer> answers = new ArrayList<>();
            for (Future<Integer> one : running) {
                answers.add(one.get(2, TimeUnit.MINUTES));
            }
            assertThat(answers).contains(413).isSubsetOf(413, 429);
            return answers;
        });
        theFloodersPlacesAreFreeAgain();
    }

    /** Commits one transaction after the other until the flood is over. */
    private <T> T whileTheNeighbourCommits(Callable<T> flood) throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        Future<Integer> neighbour = threads.submit(() -> {
            int commits = 0;
            while (!over.get() || commits < LEAST_COMMITS) {
                TransactionId id = newId();
                Http.Response response =
                        http.post(path(id) + "/commit", commitRequest(id), "Authorization", "Bearer " + NEIGHBOUR);
                assertThat(response.status()).as(response.body()).isIn(200, 202);
                assertThat(response.text("decision")).isEqualTo("COMMIT");
                commits++;
            }
            return commits;
        });
        T result;
        try {
            result = flood.call();
        } finally {
            over.set(true);
        }
        assertThat(neighbour.get(2, TimeUnit.MINUTES)).isGreaterThanOrEqualTo(LEAST_COMMITS);
        return result;
    }

    private interface Enough {

        boolean is(Map<Integer, Integer> counts);
    }

    /** By status, how many answers there were until there were enough. */
    private Map<Integer, Integer> flood(int senders, Supplier<Http.Response> request, Enough enough) throws Exception {
        Map<Integer, Integer> counts = new ConcurrentHashMap<>();
        List<Future<?>> running = new ArrayList<>();
        for (int i = 0; i < senders; i++) {
            running.add(threads.submit(() -> {
                while (!enough.is(counts) && !Thread.currentThread().isInterrupted()) {
                    Http.Response response = request.get();
                    counts.merge(response.status(), 1, Integer::sum);
                    if (response.status() == 429) {
                        assertThat(response.text("type")).isEqualTo("urn:assent:problem:rate-limited");
                        assertThat(response.text("detail")).contains("at most ", " of one service");
                        assertThat(response.headers()).containsEntry("Retry-After", "1");
                    }
                }
            }));
        }
        for (Future<?> sender : running) {
            sender.get(4, TimeUnit.MINUTES);
        }
        return counts;
    }

    /** By status, how the requests ended; 0: without an answer. */
    private Map<Integer, Long> slowly(String path, String key) throws Exception {
        return whileTheNeighbourCommits(() -> {
            List<SlowRequest> requests = new ArrayList<>();
            try {
                for (int i = 0; i < CONNECTIONS; i++) {
                    requests.add(new SlowRequest(path, key));
                }
                await().pollInterval(Duration.ofMillis(50))
                        .atMost(Duration.ofMinutes(2))
                        .until(() -> requests.stream()
                                .filter(request -> !request.isOver())
                                .toList()
                                .isEmpty());
                return requests.stream().collect(Collectors.groupingBy(SlowRequest::status, Collectors.counting()));
            } finally {
                for (SlowRequest request : requests) {
                    request.close();
                }
            }
        });
    }

    /**
     * Sends another byte of its body each time that it is asked whether it is over, whatever it was answered: only the server can
     * end it. Not thread-safe.
     */
    private static final class SlowRequest implements Closeable {

        private final Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        private int status;
        private boolean over;

        SlowRequest(String path, String key) throws IOException {
            socket.getOutputStream().write(head(path, key, 60_000));
        }

        boolean isOver() {
            try {
                if (status == 0 && socket.getInputStream().available() > 0) {
                    status = FloodIntegrationTests.status(socket);
                }
                if (!over) {
                    socket.getOutputStream().write(' ');
                }
            } catch (IOException e) {
                over = true;
            }
            return over;
        }

        /** 0: there was no answer. */
        int status() {
            return status;
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    /** Sends a body until nobody takes it any more; what was answered before. */
    private static int endlessly() throws IOException {
        byte[] junk = new byte[64 * 1024];
        long sent = 0;
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(60_000);
            socket.getOutputStream().write(head("/v1/transactions", FLOODER, HUGE));
            int status = status(socket);
            try {
                while (sent < HUGE) {
                    socket.getOutputStream().write(junk);
                    sent += junk.length;
                }
            } catch (IOException e) {
                // It was closed, as it should be.
            }
            assertThat(sent).isLessThan(HUGE / 100);
            return status;
        }
    }

    private static byte[] head(String path, String key, long length) {
        return ("POST " + path
                        + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nAuthorization: Bearer "
                        + key + "\r\nContent-Length: " + length + "\r\n\r\n")
                .getBytes(StandardCharsets.ISO_8859_1);
    }

    private static int status(Socket socket) throws IOException {
        byte[] line = socket.getInputStream().readNBytes("HTTP/1.1 200".length());
        return Integer.parseInt(new String(line, StandardCharsets.ISO_8859_1).split(" ")[1]);
    }

    /** Had its requests kept their places, none would be left. */
    private static void theFloodersPlacesAreFreeAgain() {
        for (int i = 0; i < 20; i++) {
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(send("/v1/transactions", "{\"timeout\":\"PT30S\"}")
                                    .status())
                            .isEqualTo(201));
        }
    }

    private static double refused() {
        return http.get("/actuator/prometheus")
                .body()
                .lines()
                .filter(line -> line.startsWith("assent_callers_refused_total{"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    private static Http.Response send(String path, String body) {
        return http.post(path, body, "Authorization", "Bearer " + FLOODER);
    }

    private static TransactionId newId() {
        return TransactionId.create(Instant.now(), RANDOM);
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
