package io.assent.benchmarks.checkout;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Goal: a run fills every column, and its books balance. Method: real processes, a second each; how fast they are is not looked at. */
class CheckoutIntegrationTests {

    @Test
    void aShortRunOfEverythingThatNeedsNothingElseWithThreeServicesThatMeetAtARowAndAReplicatedLog(
            @TempDir Path directory) throws Exception {
        Path json = directory.resolve("figures.json");
        Path csv = directory.resolve("figures.csv");
        Path html = directory.resolve("figures.html");
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine command = new CommandLine(new CheckoutCommand())
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .setExecutionExceptionHandler((e, failed, parsed) -> {
                    throw e;
                });

        int exit = command.execute(
                "--systems=assent-traced-all,coordinator",
                "--quick",
                "--clients=2",
                "--rounds=1",
                "--seconds=1",
                "--warmup=1",
                "--settle=1",
                "--anyway",
                "--log=replicated",
                "--branches=3",
                "--rows=hot",
                "--json=" + json,
                "--csv=" + csv,
                "--html=" + html);

        assertThat(exit).as("%s%n%s", out, err).isZero();
        assertThat(err.toString()).contains("WARNING", "Fewer than 3 rounds");
        for (String system : List.of("floor", "assent", "assent-traced-all", "insert", "coordinator")) {
            assertThat(out.toString()).contains("| " + system + " ");
        }
        JsonNode results = JsonMapper.shared().readTree(Files.readString(json)).path("results");
        assertThat(results).hasSize(5);
        for (JsonNode result : results) {
            assertThat(result.path("committed").asLong()).isPositive();
            assertThat(result.path("failed").asLong()).isZero();
            assertThat(result.path("rateToFloor").isNull()).isFalse();
            assertThat(result.at("/cpuMillis/stores").asDouble()).isPositive();
            assertThat(result.at("/rounds/0/walBytes/service").isNull()).isFalse();
        }
        JsonNode assent = results.get(1);
        assertThat(assent.path("system").asString()).isEqualTo("assent");
        assertThat(assent.path("floor").asString()).isEqualTo("floor");
        assertThat(assent.at("/cpuMillis/coordinator").asDouble()).isPositive();
        assertThat(assent.at("/walBytes/log").asDouble()).isPositive();
        // The client's, two calls of payment services, the commit, and an order to each of the three.
        assertThat(assent.path("requests").asDouble()).isBetween(4.0, 8.0);
        // Both floors have a slice before and one after.
        assertThat(results.get(0).path("rounds")).hasSize(2);
        JsonNode variant = results.get(2);
        assertThat(variant.path("system").asString()).isEqualTo("assent-traced-all");
        assertThat(variant.path("floor").asString()).isEqualTo("assent");
        assertThat(variant.at("/cpuMillis/coordinator").asDouble()).isPositive();
        // Without the slices of assent that its variant is compared with.
        assertThat(Files.readAllLines(csv)).hasSize(1 + 2 + 1 + 1 + 2 + 1);
        assertThat(out.toString())
                .containsPattern("Messages with traces that have arrived: [1-9]\\d* .* of assent-traced-all-order, "
                        + "[1-9]\\d* .*-payment, [1-9]\\d* .*-payment-2, [1-9]\\d* .*-coordinator\\.");
        assertThat(Files.readString(html)).contains("These figures are of no use.", "<polyline");
    }
}
