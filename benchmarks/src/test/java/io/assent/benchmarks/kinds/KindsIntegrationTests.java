package io.assent.benchmarks.kinds;

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

/** Goal: a run fills every column. Method: real processes, a second for each; how fast they are is not looked at. */
class KindsIntegrationTests {

    @Test
    void aShortRunShowsATableWithAllColumns(@TempDir Path directory) throws Exception {
        Path json = directory.resolve("figures.json");
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine command = new CommandLine(new KindsCommand())
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .setExecutionExceptionHandler((e, failed, parsed) -> {
                    throw e;
                });

        int exit = command.execute(
                "--kinds=early,tcc,own",
                "--clients=2",
                "--rounds=1",
                "--seconds=1",
                "--warmup=1",
                "--settle=1",
                "--anyway",
                "--jvm-option=-XX:TieredStopAtLevel=1",
                "--json=" + json);

        assertThat(exit).as("%s%n%s", out, err).isZero();
        assertThat(err.toString()).contains("WARNING", "Fewer than 3 rounds");
        String[] header = line(out.toString(), "| kind").split("\\|");
        assertThat(header)
                .extracting(String::strip)
                .containsExactly(
                        "",
                        "kind",
                        "rate",
                        "p50",
                        "p99",
                        "spread",
                        "service ms",
                        "coord. ms",
                        "stores ms",
                        "flushes",
                        "in log",
                        "WAL bytes",
                        "in log",
                        "failed");
        for (String kind : new String[] {"local", "early", "tcc", "own"}) {
            assertThat(line(out.toString(), "| " + kind).split("\\|"))
                    .extracting(String::strip)
                    .hasSize(header.length)
                    .doesNotContain("-");
        }

        JsonNode results = JsonMapper.shared().readTree(Files.readString(json)).path("results");
        assertThat(results)
                .hasSize(4)
                .allSatisfy(result -> assertThat(result.path("failed").asLong()).isZero());
        JsonNode early = results.path(1);
        assertThat(early.path("kind").asString()).isEqualTo("early");
        assertThat(early.path("committed").asLong()).isPositive();
        assertThat(early.path("failed").asLong()).isZero();
        assertThat(early.at("/walBytes/log").asDouble()).isPositive();
        assertThat(early.at("/walBytes/service").asDouble()).isPositive();
        assertThat(early.at("/cpuMillis/coordinator").asDouble()).isPositive();
    }

    private static String line(String text, String start) {
        return text.lines()
                .filter(line -> line.startsWith(start + " "))
                .findFirst()
                .orElseThrow(() -> new AssertionError("No line begins with " + start + ":\n" + text));
    }
}
