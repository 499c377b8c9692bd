package io.assent.k8s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.assent.demo.process.ProcessSpec;
import io.assent.demo.process.ProcessStarter;
import io.assent.demo.process.SupervisedProcess;
import io.assent.demo.system.Ports;
import io.assent.embeddedpostgres.TestPostgres;
import io.assent.protocol.TransactionId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Goal: with the environment that the manifests give them the applications start, answer the probes, and export every metric
 * that an alert or a dashboard is about; the alerts fire and resolve. Method: the real jars with the environment of the
 * overlay dev; addresses alone are replaced by those of this machine. A real Prometheus scrapes them. The log has the two roles
 * of the overlay production, and was migrated by its container for that.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RunningServicesIntegrationTests {

    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private final Manifests manifests = Manifests.of("dev");
    private final Manifests monitored = Manifests.of("production-with-shop");
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).build();
    private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();
    private final ProcessStarter starter = new ProcessStarter();
    private final Map<String, Integer> ports = new HashMap<>();

    /** Where Prometheus asks: the same, but for those whose actuator has a port of its own. */
    private final Map<String, Integer> actuators = new HashMap<>();

    private final List<SupervisedProcess> processes = new ArrayList<>();

    @SuppressWarnings("NullAway.Init") // set before the first test
    private TestPostgres.Database log;

    @BeforeAll
    void start(@TempDir Path directory) throws IOException {
        Ports free = Ports.free();
        ports.put("coordinator", free.coordinator());
        ports.put("order-service", free.order());
        ports.put("payment-service", free.payment());
        actuators.putAll(ports);
        actuators.put("coordinator", free.postgres());
        manifests
                .each("Deployment")
                .map(deployment -> process(deployment, directory))
                .forEach(processes::add);
        processes.forEach(SupervisedProcess::start);
        processes.forEach(SupervisedProcess::awaitReady);
    }

    @AfterAll
    void stop() {
        processes.forEach(SupervisedProcess::close);
        starter.close();
        scheduler.shutdownNow();
    }

    @Test
    void every_probe_is_answered() {
        assertThat(manifests
                        .each("Deployment")
                        .flatMap(deployment -> Stream.of("startupProbe", "readinessProbe", "livenessProbe")
                                .map(probe -> address(deployment, path(deployment, probe)))))
                .hasSize(9)
                .allSatisfy(address -> assertThat(get(address).statusCode())
                        .as(address.toString())
                        .isEqualTo(200));
    }

    @Test
    void every_service_has_a_doctor_and_a_participant_reaches_the_coordinator() {
        assertThat(manifests.each("Deployment").toList()).hasSize(3).allSatisfy(deployment -> {
            JsonNode report = JsonMapper.shared()
                    .readTree(get(actuator(deployment, "assent-doctor")).body());
            assertThat(report.path("items")).as(deployment.name()).isNotEmpty();
            assertThat(report.path("items"))
                    .filteredOn(item -> item.path("check").asString("").startsWith("coordinator ("))
                    .as(deployment.name())
                    .hasSize(deployment.name().equals("coordinator") ? 0 : 1)
                    .allSatisfy(
                            item -> assertThat(item.path("status").asString("")).isEqualTo("OK"));
        });
    }

    /** And the coordinator works with another one, as the other tests see. */
    @Test
    void the_log_belongs_to_the_role_that_migrates_it() throws SQLException {
        try (Connection connection = DriverManager.getConnection(log.jdbcUrl(), log.username(), log.password());
                Statement statement = connection.createStatement();
                ResultSet tables = statement.executeQuery(
                        "select string_agg(distinct tableowner::text, ','), count(*) from pg_tables where schemaname = 'public'")) {
            assertThat(tables.next()).isTrue();
            assertThat(tables.getString(1)).isEqualTo(log.username());
            assertThat(tables.getInt(2)).isGreaterThan(5);
        }
        assertThat(get(actuator(manifests.get("Deployment", "coordinator"), "assent-doctor"))
                        .body())
                .doesNotContain("PROBLEM");
    }

    @Test
    void the_actuator_of_a_coordinator_is_not_where_services_call() {
        Manifest coordinator = manifests.get("Deployment", "coordinator");

        assertThat(get(actuator(coordinator, "health")).statusCode()).isEqualTo(200);
        assertThat(get(address(coordinator, "/actuator/health")).statusCode()).isEqualTo(404);
    }

    @Test
    void every_metric_of_an_alert_and_of_a_dashboard_is_exported() {
        String exported = manifests
                .each("Deployment")
                .map(deployment -> get(actuator(deployment, "prometheus")).body())
                .collect(Collectors.joining("\n"));
        Set<String> needed = Stream.concat(
                        AlertCheck.alerts(monitored).flatMap(alert -> AlertCheck.ownMetrics(alert).stream()),
                        Dashboard.all().stream()
                                .flatMap(dashboard -> Stream.concat(dashboard.queries(), dashboard.choices()))
                                .flatMap(query -> AlertCheck.ownMetrics(query).stream()))
                .collect(Collectors.toSet());

        assertThat(needed)
                .hasSizeGreaterThan(20)
                .allSatisfy(metric -> assertThat(exported).containsPattern("(?m)^" + metric + "[{ ]"));
    }

    @Test
    void alerts_fire_when_a_branch_stays_in_doubt_and_resolve_when_it_is_decided(@TempDir Path directory)
            throws Exception {
        List<JsonNode> groups = monitored
                .each("PrometheusRule")
                .flatMap(rule -> Manifest.elements(rule.at("spec.groups")))
                .toList();
        SupervisedProcess coordinator = processes.stream()
                .filter(process -> process.name().equals("coordinator"))
                .findFirst()
                .orElseThrow();
        try (Prometheus prometheus = new Prometheus(groups, actuators, directory, starter, scheduler);
                AutoCloseable back = () -> awaitStarted(coordinator)) {
            within(() -> assertThat(prometheus.evaluatedRules())
                    .isEqualTo(AlertCheck.alerts(monitored).count()));
            assertThat(prometheus.brokenRules()).isEmpty();
            within(() -> {
                assertThat(prometheus.badTargets()).isEmpty();
                assertThat(prometheus.series("up == 1")).isEqualTo(3);
            });
            within(() -> assertThat(prometheus.firing()).isEmpty());

            coordinator.kill();
            assertThat(payWithNobodyToDecide().headers().firstValue("Assent-Branches"))
                    .hasValueSatisfying(vote -> assertThat(vote).contains("vote=prepared"));
            within(() -> assertThat(prometheus.firing())
                    .containsExactlyInAnyOrder("AssentNoCoordinator", "AssentBranchInDoubt"));

            awaitStarted(coordinator);
            within(() -> assertThat(prometheus.firing()).isEmpty());

            assertThat(Dashboard.all())
                    .hasSize(3)
                    .allSatisfy(dashboard -> assertThat(dashboard.queries())
                            .isNotEmpty()
                            // It parses, and what of ours it names has a series.
                            .allSatisfy(query -> {
                                prometheus.series(query);
                                assertThat(AlertCheck.ownMetrics(query))
                                        .allSatisfy(metric -> assertThat(prometheus.series(metric))
                                                .as(metric)
                                                .isPositive());
                            }));
        }
    }

    private static void awaitStarted(SupervisedProcess process) {
        if (!process.isAlive()) {
            process.start();
        }
        process.awaitReady();
    }

    /** A call of a transaction whose coordinator is away: it votes, and from then on asks in vain. */
    private HttpResponse<String> payWithNobodyToDecide() throws Exception {
        URI payments = URI.create("http://127.0.0.1:" + ports.get("payment-service"));
        http.send(
                HttpRequest.newBuilder(payments.resolve("/api/accounts/alice"))
                        .header("Content-Type", "application/json")
                        .PUT(HttpRequest.BodyPublishers.ofString("{\"openingBalancePence\":10000}"))
                        .timeout(PATIENCE)
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        Instant now = Instant.now();
        return http.send(
                HttpRequest.newBuilder(payments.resolve("/api/payments"))
                        .header("Content-Type", "application/json")
                        .header(
                                "Assent-Transaction",
                                "id=\"%s\", branch=\"1\", deadline=%d, remaining=30000, collect"
                                        .formatted(
                                                TransactionId.create(now, new Random()),
                                                now.plusSeconds(30).toEpochMilli()))
                        .POST(HttpRequest.BodyPublishers.ofString(
                                "{\"orderNumber\":\"in-doubt-1\",\"customer\":\"alice\",\"amountPence\":100}"))
                        .timeout(PATIENCE)
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static void within(ThrowingRunnable condition) {
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(500)).untilAsserted(condition);
    }

    private SupervisedProcess process(Manifest deployment, Path directory) {
        String name = deployment.name();
        String image = deployment.containers().get(0).path("image").asString("");
        String module = image.replaceFirst(":.*$", "").replaceFirst("^.*/", "");
        return new SupervisedProcess(
                new ProcessSpec(
                        name,
                        java(module),
                        environment(deployment, directory),
                        directory,
                        directory,
                        directory.resolve(name + ".log"),
                        address(deployment, path(deployment, "readinessProbe")),
                        PATIENCE,
                        Duration.ofSeconds(30)),
                starter,
                scheduler,
                message -> {});
    }

    private static List<String> java(String module) {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx384m",
                "-jar",
                ApplicationJar.file(module).toAbsolutePath().toString());
    }

    private Map<String, String> environment(Manifest deployment, Path directory) {
        Map<String, String> environment = new HashMap<>(manifests.environment(deployment));
        ports.forEach((name, port) -> environment.replaceAll(
                (key, value) -> value.replaceAll("\\b" + name + ":[0-9]+", "localhost:" + port)));
        TestPostgres.Database database =
                TestPostgres.shared().freshDatabase(deployment.name().replace('-', '_'));
        environment.put("SPRING_DATASOURCE_URL", database.jdbcUrl());
        environment.put("SPRING_DATASOURCE_USERNAME", database.username());
        environment.put("SPRING_DATASOURCE_PASSWORD", database.password());
        if (!Manifests.isParticipant(deployment)) {
            log = database;
            environment.putAll(runtimeRole(database, directory));
        }
        environment.put("SERVER_PORT", Integer.toString(ports.get(deployment.name())));
        environment.put("SERVER_ADDRESS", "127.0.0.1");
        environment.computeIfPresent(
                "MANAGEMENT_SERVER_PORT", (name, port) -> Integer.toString(actuators.get(deployment.name())));
        if (environment.containsKey("MANAGEMENT_SERVER_PORT")) {
            environment.put("MANAGEMENT_SERVER_ADDRESS", "127.0.0.1");
        }
        return environment;
    }

    /** Migrates the log with the container that does so in production; returns what a coordinator differs in then. */
    private Map<String, String> runtimeRole(TestPostgres.Database owned, Path directory) {
        String runtime = owned.username() + "_runtime";
        try (Connection administrator = TestPostgres.shared().server().superuserConnection();
                Statement statement = administrator.createStatement()) {
            statement.execute("create role " + runtime + " login password 'runtime' in role pg_read_all_stats");
            statement.execute("grant connect on database " + owned.name() + " to " + runtime);
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
        Manifest deployment = monitored.get("Deployment", "coordinator");
        JsonNode container = deployment.initContainers().get(0);
        Map<String, String> environment = new HashMap<>(monitored.environment(container));
        String enabled = environment.getOrDefault("SPRING_FLYWAY_ENABLED", "true");
        environment.put("SPRING_DATASOURCE_URL", owned.jdbcUrl());
        environment.put("SPRING_DATASOURCE_USERNAME", runtime);
        environment.put("SPRING_FLYWAY_USER", owned.username());
        environment.put("SPRING_FLYWAY_PASSWORD", owned.password());
        // There is no standby here.
        environment.put("ASSENT_COORDINATOR_LOG_MODE", "single");
        List<String> command = new ArrayList<>(java("coordinator-service"));
        Manifest.elements(container.path("args")).map(JsonNode::asString).forEach(command::add);
        run(command, environment, directory.resolve("migrate.log"));
        return Map.of(
                "SPRING_DATASOURCE_USERNAME", runtime,
                "SPRING_DATASOURCE_PASSWORD", "runtime",
                "SPRING_FLYWAY_ENABLED", enabled);
    }

    private static void run(List<String> command, Map<String, String> environment, Path log) {
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(log.getParent().toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().putAll(environment);
        try {
            Process process = builder.start();
            try {
                assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                        .as("%s ends", command)
                        .isTrue();
                assertThat(process.exitValue()).as(Files.readString(log)).isZero();
            } finally {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private URI address(Manifest deployment, String path) {
        return URI.create("http://127.0.0.1:" + ports.get(deployment.name()) + path);
    }

    private URI actuator(Manifest deployment, String endpoint) {
        return URI.create("http://127.0.0.1:" + actuators.get(deployment.name()) + "/actuator/" + endpoint);
    }

    private static String path(Manifest deployment, String probe) {
        JsonNode container = deployment.containers().get(0);
        return Manifest.at(container, probe + ".httpGet.path").asString("");
    }

    private HttpResponse<String> get(URI address) {
        try {
            return http.send(
                    HttpRequest.newBuilder(address)
                            .timeout(Duration.ofSeconds(30))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(address.toString(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
