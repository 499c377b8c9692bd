package io.assent.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.demo.process.ProcessSpec;
import io.assent.demo.process.ProcessStarter;
import io.assent.demo.process.SupervisedProcess;
import io.assent.demo.system.Ports;
import io.assent.embeddedpostgres.TestPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * Goal: with the environment that the manifests give them the applications start, answer the probes, and export every metric
 * that an alert is about. Method: the real jars with the environment of the overlay dev; addresses alone are replaced by
 * those of this machine.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RunningServicesIntegrationTests {

    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private final Manifests manifests = Manifests.of("dev");
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).build();
    private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();
    private final ProcessStarter starter = new ProcessStarter();
    private final Map<String, Integer> ports = new HashMap<>();
    private final List<SupervisedProcess> processes = new ArrayList<>();

    @BeforeAll
    void start(@TempDir Path directory) throws IOException {
        Ports free = Ports.free();
        ports.put("coordinator", free.coordinator());
        ports.put("order-service", free.order());
        ports.put("payment-service", free.payment());
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
    void every_metric_of_an_alert_is_exported() {
        String exported = manifests
                .each("Deployment")
                .map(deployment ->
                        get(address(deployment, "/actuator/prometheus")).body())
                .collect(Collectors.joining("\n"));
        Set<String> needed = AlertCheck.alerts(Manifests.of("production-with-shop"))
                .flatMap(alert -> AlertCheck.ownMetrics(alert).stream())
                .collect(Collectors.toSet());

        assertThat(needed)
                .hasSizeGreaterThan(5)
                .allSatisfy(metric -> assertThat(exported).containsPattern("(?m)^" + metric + "[{ ]"));
    }

    private SupervisedProcess process(Manifest deployment, Path directory) {
        String name = deployment.name();
        String image = deployment.containers().get(0).path("image").asString("");
        String module = image.replaceFirst(":.*$", "").replaceFirst("^.*/", "");
        return new SupervisedProcess(
                new ProcessSpec(
                        name,
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java")
                                        .toString(),
                                "-XX:TieredStopAtLevel=1",
                                "-XX:+UseSerialGC",
                                "-Xmx384m",
                                "-jar",
                                ApplicationJar.file(module).toAbsolutePath().toString()),
                        environment(deployment),
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

    private Map<String, String> environment(Manifest deployment) {
        Map<String, String> environment = new HashMap<>(manifests.environment(deployment));
        ports.forEach((name, port) -> environment.replaceAll(
                (key, value) -> value.replaceAll("\\b" + name + ":[0-9]+", "localhost:" + port)));
        TestPostgres.Database database =
                TestPostgres.shared().freshDatabase(deployment.name().replace('-', '_'));
        environment.put("SPRING_DATASOURCE_URL", database.jdbcUrl());
        environment.put("SPRING_DATASOURCE_USERNAME", database.username());
        environment.put("SPRING_DATASOURCE_PASSWORD", database.password());
        environment.put("SERVER_PORT", Integer.toString(ports.get(deployment.name())));
        environment.put("SERVER_ADDRESS", "127.0.0.1");
        return environment;
    }

    private URI address(Manifest deployment, String path) {
        return URI.create("http://127.0.0.1:" + ports.get(deployment.name()) + path);
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
