package io.assent.benchmarks.flood;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Goal: every flood is one, and no transaction of the neighbour fails. Method: real processes, a second each; how fast they are is not looked at. */
class FloodIntegrationTests {

    @Test
    void aShortRunOfEveryFlood(@TempDir Path directory) throws Exception {
        Path json = directory.resolve("figures.json");
        Path csv = directory.resolve("figures.csv");
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine command = new CommandLine(new FloodCommand())
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .setExecutionExceptionHandler((e, failed, parsed) -> {
                    throw e;
                });

        int exit = command.execute(
                "--quick",
                "--rounds=1",
                "--seconds=1",
                "--warmup=1",
                "--rate=20",
                "--flood-rate=50",
                "--max-undecided=200",
                "--anyway",
                "--json=" + json,
                "--csv=" + csv);

        assertThat(exit).as("%s%n%s", out, err).isZero();
        assertThat(err.toString()).contains("WARNING", "Fewer than 3 rounds");
        JsonNode results = JsonMapper.shared().readTree(Files.readString(json)).path("results");
        assertThat(results).hasSize(Flood.values().length);
        for (JsonNode result : results) {
            assertThat(out.toString()).contains("| " + result.path("flood").asString() + " ");
            assertThat(result.path("committed").asLong()).isPositive();
            assertThat(result.path("failed").asLong()).as("%s", result).isZero();
            assertThat(result.path("p99ToQuiet").asDouble()).isPositive();
        }
        assertThat(Files.readAllLines(csv)).hasSize(1 + Flood.values().length);
    }
}
