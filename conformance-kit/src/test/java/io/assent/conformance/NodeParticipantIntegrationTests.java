package io.assent.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.conformance.participant.ParticipantConformance;
import io.assent.conformance.participant.ParticipantOptions;
import io.assent.conformance.report.Report;
import io.assent.conformance.support.Programs;
import io.assent.conformance.support.StockService;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Goal: a participant in another language, written from the documents, conforms. Method: examples/node-participant as a
 * process on a real PostgreSQL, killed with SIGKILL where a case restarts it; every case has to pass, none may be skipped.
 */
class NodeParticipantIntegrationTests {

    @Test
    void theStockServiceInNodeConforms() throws Exception {
        int kit = Programs.freePort();
        try (Programs programs = new Programs()) {
            StockService stock = StockService.start(programs, "http://127.0.0.1:" + kit, "stock-service");

            Report report = ParticipantConformance.run(
                    new ParticipantOptions(
                            URI.create(stock.url() + "/assent/v1"),
                            List.of(stock.reserve("mug", 1), stock.reserve("lamp", 1), stock.reserve("kettle", 1)),
                            HttpTemplate.parse("GET " + stock.url() + "/api/stock"),
                            stock.reserve("mug", 100_000),
                            stock.effect(),
                            () -> Programs.killAndStart(stock.process()),
                            Map.of(),
                            Duration.ofSeconds(60)),
                    new InetSocketAddress("127.0.0.1", kit),
                    id -> true);

            RealServicesIntegrationTests.assertConforms(report);
            assertThat(report.subject()).contains("stock-service").contains("early");
        }
    }
}
