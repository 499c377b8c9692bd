package io.assent.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.conformance.participant.ParticipantConformance;
import io.assent.conformance.participant.ParticipantOptions;
import io.assent.conformance.report.Report;
import io.assent.conformance.support.Programs;
import io.assent.demo.process.SupervisedProcess;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Goal: a service that takes part with a log of its own conforms like one with PostgreSQL. Method:
 * examples/own-log-participant as a process with a file, killed with SIGKILL where a case restarts it; every case has to pass,
 * none may be skipped.
 */
class OwnLogIntegrationTests {

    @Test
    void aServiceWithALogOfItsOwnConforms(@TempDir Path directory) throws Exception {
        int kit = Programs.freePort();
        int port = Programs.freePort();
        String points = "http://127.0.0.1:" + port;
        try (Programs programs = new Programs()) {
            SupervisedProcess service = programs.start(
                    "own-log-participant",
                    List.of(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-XX:TieredStopAtLevel=1",
                            "-XX:+UseSerialGC",
                            "-Xmx256m",
                            "-jar",
                            Programs.repository()
                                    .resolve("examples/own-log-participant/target/own-log-participant.jar")
                                    .toString(),
                            "--server.port=" + port,
                            "--server.address=127.0.0.1",
                            "--points.journal=" + directory.resolve("points.journal"),
                            "--assent.coordinator.urls=http://127.0.0.1:" + kit,
                            "--assent.participant.sweep.interval=100ms",
                            "--assent.participant.sweep.min-age=0s"),
                    Map.of(),
                    URI.create(points + "/actuator/health/readiness"));

            Report report = ParticipantConformance.run(
                    new ParticipantOptions(
                            URI.create(points + "/assent/v1"),
                            List.of(book(points, "ada", 1), book(points, "ben", 1), book(points, "cleo", 1)),
                            HttpTemplate.parse("GET " + points + "/api/customers/ada"),
                            book(points, "cleo", -1_000_000),
                            HttpTemplate.parse("GET " + points + "/api/bookings/${unique}"),
                            () -> Programs.killAndStart(service),
                            Map.of(),
                            Duration.ofSeconds(60)),
                    new InetSocketAddress("127.0.0.1", kit),
                    id -> true);

            RealServicesIntegrationTests.assertConforms(report);
            assertThat(report.subject()).contains("points-service").contains("early");
            ExampleExchange.withParticipant(URI.create(points + "/assent/v1"), "points-service");
        }
    }

    private static HttpTemplate book(String points, String customer, long count) {
        return HttpTemplate.parse("POST " + points + "/api/bookings {\"key\":\"${unique}\",\"customer\":\"" + customer
                + "\",\"points\":" + count + "}");
    }
}
