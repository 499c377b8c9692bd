package io.assent.systemtests;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import com.github.tomakehurst.wiremock.extension.ResponseTransformerV2;
import com.github.tomakehurst.wiremock.http.Response;
import com.github.tomakehurst.wiremock.stubbing.ServeEvent;
import io.assent.demo.process.FreePorts;
import io.assent.demo.process.ProcessSpec;
import io.assent.demo.process.ProcessStarter;
import io.assent.demo.process.SupervisedProcess;
import io.assent.embeddedpostgres.TestPostgres;
import io.assent.protocol.ServiceKey;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A coordinator process with a log of its own, and participants that do as they are told: one obeys, one is away until it
 * is called back, and one did the opposite of every order to commit.
 */
final class WatchedCoordinator implements AutoCloseable {

    static final String OBEDIENT = "payment-service";
    static final String AWAY = "stock-service";
    static final String CONTRARY = "points-service";

    /** Of one that wants to know who calls: somebody who may see and do what the console offers. */
    static final String OPERATOR = "operator";

    static final String OPERATOR_KEY = "assent_the-key-of-the-operator";

    /** What a service has, with which it begins transactions and takes part in them. */
    static final String SERVICE_KEY = "assent_the-key-of-a-service";

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final WireMockServer participants = new WireMockServer(WireMockConfiguration.options()
            .bindAddress("127.0.0.1")
            .dynamicPort()
            .extensions(new Ordered()));
    private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();
    private final TestPostgres.Database database;
    private final SupervisedProcess process;
    private final String url;
    private final Path log;

    private WatchedCoordinator(String name, List<String> security) throws IOException {
        participants.start();
        stub(OBEDIENT);
        stub(CONTRARY);
        away();
        database = TestPostgres.shared().freshDatabase("console");
        Path repository = Path.of(System.getProperty("assent.repository", "..")).toAbsolutePath();
        Path state = Path.of("target", "console").toAbsolutePath();
        Files.createDirectories(state);
        log = state.resolve(name + ".log");
        Files.deleteIfExists(log);
        int port = FreePorts.find(1).get(0);
        url = "http://127.0.0.1:" + port;
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-jar",
                repository
                        .resolve("coordinator-service/target/coordinator-service.jar")
                        .toString(),
                "--server.address=127.0.0.1",
                "--server.port=" + port,
                "--spring.datasource.url=" + database.jdbcUrl(),
                "--spring.datasource.username=" + database.username(),
                "--assent.coordinator.participants.allowed-hosts=loopback:*",
                "--assent.coordinator.engine.redelivery-longest=1s"));
        command.addAll(security);
        process = new SupervisedProcess(
                new ProcessSpec(
                        "console-" + name,
                        command,
                        Map.of("SPRING_DATASOURCE_PASSWORD", database.password()),
                        state,
                        state,
                        log,
                        URI.create(url + "/actuator/health/readiness"),
                        Duration.ofMinutes(5),
                        Duration.ofMinutes(2)),
                new ProcessStarter(),
                scheduler,
                System.out::println);
        process.start();
        process.awaitReady();
    }

    /** Everybody may do everything. */
    static WatchedCoordinator start() throws IOException {
        return new WatchedCoordinator("coordinator", List.of("--assent.security.mode=none"));
    }

    /** Whoever calls needs a key: {@link #OPERATOR_KEY} or {@link #SERVICE_KEY}. */
    static WatchedCoordinator startWithKeys() throws IOException {
        return new WatchedCoordinator(
                "guarded-coordinator",
                List.of(
                        "--assent.security.mode=keys",
                        "--assent.security.services." + OPERATOR + ".keys=" + ServiceKey.digest(OPERATOR_KEY),
                        "--assent.security.services." + OPERATOR + ".scopes=tx:operate,tx:read",
                        "--assent.security.services.order-service.keys=" + ServiceKey.digest(SERVICE_KEY)));
    }

    String url() {
        return url;
    }

    /** What it has logged so far. */
    String log() throws IOException {
        return Files.readString(log);
    }

    SupervisedProcess process() {
        return process;
    }

    /** From now on the one that was away obeys, too. */
    void callBack() {
        stub(AWAY);
    }

    void away() {
        participants.stubFor(any(urlEqualTo("/" + AWAY + "/decisions"))
                .atPriority(1)
                .willReturn(aResponse().withStatus(503)));
    }

    private void stub(String participant) {
        participants.stubFor(any(urlEqualTo("/" + participant + "/decisions"))
                .atPriority(1)
                .willReturn(aResponse()
                        .withHeader("Content-Type", "application/json")
                        .withTransformers("ordered")));
    }

    String begin(String name) throws IOException, InterruptedException {
        return begun(name).path("id").asString();
    }

    private JsonNode begun(String name) throws IOException, InterruptedException {
        ObjectNode body = JSON.createObjectNode().put("name", name).put("timeout", "PT30M");
        return send("POST", "/v1/transactions", body.toString());
    }

    /** A transaction in which each participant has voted "prepared". */
    String prepared(String name, String... names) throws IOException, InterruptedException {
        JsonNode begun = begun(name);
        String id = begun.path("id").asString();
        for (int i = 0; i < names.length; i++) {
            ObjectNode branch = JSON.createObjectNode()
                    .put("branch", Integer.toString(i + 1))
                    .put("participant", names[i])
                    .put("url", participants.baseUrl() + "/" + names[i])
                    .put("ref", "assent:" + UUID.randomUUID())
                    .put("vote", "PREPARED")
                    .put("token", begun.path("token").asString());
            send("POST", "/v1/transactions/" + id + "/branches", branch.toString());
        }
        return id;
    }

    String committed(String name, String... names) throws IOException, InterruptedException {
        String id = prepared(name, names);
        send("POST", "/v1/transactions/" + id + "/commit", "{}");
        return id;
    }

    String rolledBack(String name, String reason, String... names) throws IOException, InterruptedException {
        String id = prepared(name, names);
        send(
                "POST",
                "/v1/transactions/" + id + "/rollback",
                JSON.createObjectNode().put("reason", reason).toString());
        return id;
    }

    /** Committed transactions of a few moments ago, written into the log by hand: to commit so many would take minutes. */
    void fill(String name, int transactions) throws SQLException {
        try (Connection connection =
                        DriverManager.getConnection(database.jdbcUrl(), database.username(), database.password());
                PreparedStatement insert = connection.prepareStatement("""
                        insert into assent_transaction (id, name, begun, created_at, verdict, nonce, confirmed, decided_at,
                            branches, outcome, completed_at, changed_at)
                        select cast(lpad(to_hex(millis - i / 50), 12, '0') || '7' || lpad(to_hex(i % 4096), 3, '0') || '8'
                                || lpad(to_hex(i), 15, '0') as uuid),
                            ?, false, now(), 'COMMIT', i, true, now(),
                            '[{"id": "1", "participant": "crowd", "ref": "assent:crowd", "vote": "PREPARED", "member": true,
                               "state": "COMMITTED", "acknowledged": true, "attempts": 1}]', 'COMMITTED', now(), now()
                        from generate_series(1, ?) i,
                            cast(extract(epoch from now()) * 1000 as bigint) millis""")) {
            insert.setString(1, name);
            insert.setInt(2, transactions);
            insert.executeUpdate();
        }
    }

    JsonNode transaction(String id) throws IOException, InterruptedException {
        return send("GET", "/v1/transactions/" + id, null);
    }

    private JsonNode send(String method, String path, String body) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + path))
                .timeout(Duration.ofSeconds(120))
                .header("Authorization", "Bearer " + SERVICE_KEY)
                .method(
                        method,
                        body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body));
        if (body != null) {
            request.header("Content-Type", "application/json").header("Prefer", "respond-async");
        }
        HttpResponse<String> response = HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
        assertThat(response.statusCode()).as(response.body()).isBetween(200, 299);
        return JSON.readTree(response.body());
    }

    @Override
    public void close() {
        process.close();
        participants.stop();
        scheduler.shutdownNow();
    }

    /** Does what was ordered, but at the contrary one, which always has rolled back. */
    private static final class Ordered implements ResponseTransformerV2 {

        @Override
        public String getName() {
            return "ordered";
        }

        @Override
        public boolean applyGlobally() {
            return false;
        }

        @Override
        public Response transform(Response response, ServeEvent event) {
            boolean contrary = event.getRequest().getUrl().contains(CONTRARY);
            ArrayNode results = JSON.createArrayNode();
            for (JsonNode order :
                    JSON.readTree(event.getRequest().getBodyAsString()).path("decisions")) {
                boolean commit = order.path("decision").asString().equals("COMMIT") && !contrary;
                results.addObject()
                        .put("transaction", order.path("transaction").asString())
                        .put("branch", order.path("branch").asString())
                        .put("ref", order.path("ref").asString())
                        .put("state", commit ? "COMMITTED" : "ROLLED_BACK");
            }
            ObjectNode answer = JSON.createObjectNode();
            answer.set("results", results);
            return Response.Builder.like(response).but().body(answer.toString()).build();
        }
    }
}
