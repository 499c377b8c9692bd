package io.assent.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.conformance.coordinator.CoordinatorConformance;
import io.assent.conformance.coordinator.CoordinatorOptions;
import io.assent.conformance.participant.ParticipantConformance;
import io.assent.conformance.participant.ParticipantOptions;
import io.assent.conformance.report.Report;
import io.assent.conformance.report.Verdict;
import io.assent.conformance.support.Programs;
import io.assent.demo.process.SupervisedProcess;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Goal: the starter and the coordinator of this project conform, as their users run them. Method: their jars as
 * processes on a real PostgreSQL, killed with SIGKILL where a case restarts them; every case has to pass, none may be
 * skipped.
 */
class RealServicesIntegrationTests {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @ParameterizedTest
    @ValueSource(strings = {"early", "late"})
    void aServiceWithTheStarterConforms(String prepare) throws Exception {
        int kit = Programs.freePort();
        int port = Programs.freePort();
        String payments = "http://127.0.0.1:" + port;
        try (Programs programs = new Programs()) {
            SupervisedProcess service = programs.service(
                    "sample-payment-service",
                    port,
                    List.of(
                            "--assent.coordinator.urls=http://127.0.0.1:" + kit,
                            "--assent.participant.prepare=" + prepare,
                            "--assent.participant.sweep.interval=100ms",
                            "--assent.participant.sweep.min-age=0s",
                            "--assent.participant.lock-timeout=1s"));

            Report report = ParticipantConformance.run(
                    new ParticipantOptions(
                            URI.create(payments + "/assent/v1"),
                            List.of(pay(payments, "ada", 1), pay(payments, "ben", 1), pay(payments, "cleo", 1)),
                            HttpTemplate.parse("GET " + payments + "/api/sums"),
                            pay(payments, "cleo", 1_000_000),
                            HttpTemplate.parse("GET " + payments + "/api/payments?limit=200"),
                            () -> Programs.killAndStart(service),
                            Map.of(),
                            PATIENCE),
                    new InetSocketAddress("127.0.0.1", kit),
                    id -> true);

            assertConforms(report);
            assertThat(report.subject()).contains("payment-service").contains(prepare);
            ExampleExchange.withParticipant(URI.create(payments + "/assent/v1"), "payment-service");
        }
    }

    @Test
    void theCoordinatorConforms() throws Exception {
        int port = Programs.freePort();
        try (Programs programs = new Programs()) {
            programs.service(
                    "coordinator-service",
                    port,
                    List.of(
                            "--assent.security.mode=none",
                            "--assent.coordinator.participants.allowed-hosts=127.0.0.1:*",
                            "--assent.coordinator.web.default-wait=1s"));

            Report report = CoordinatorConformance.run(
                    new CoordinatorOptions(
                            URI.create("http://127.0.0.1:" + port),
                            new InetSocketAddress("127.0.0.1", 0),
                            Map.of(),
                            PATIENCE),
                    id -> true);

            assertConforms(report);
            ExampleExchange.withCoordinator(URI.create("http://127.0.0.1:" + port + "/v1"));
        }
    }

    private static HttpTemplate pay(String payments, String customer, long pence) {
        return HttpTemplate.parse("POST " + payments + "/api/payments {\"orderNumber\":\"${unique}\",\"customer\":\""
                + customer + "\",\"amountPence\":" + pence + "}");
    }

    static void assertConforms(Report report) {
        StringWriter printed = new StringWriter();
        report.print(new PrintWriter(printed));
        System.out.println(printed);
        assertThat(report.results()).as("%s", printed).allMatch(result -> result.verdict() == Verdict.PASSED);
    }
}
