package io.assent.benchmarks.scale;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Goal: every part measures what it says, and nothing of what it began is left. Method: real processes, a second and few
 * transactions each; how fast they are is not looked at.
 */
class ScaleIntegrationTests {

    /** Half of the heap that the coordinator has: what some dozens of transactions cannot take up. */
    private static final long HEAP = 128L * 1024 * 1024;

    @TempDir
    private Path directory;

    @Test
    void commitsOfMoreClientsMoreCoordinatorsAndMoreLogs() throws Exception {
        JsonNode report = report("--parts=clients,coordinators,shards", "--clients=4", "--at=6");

        assertThat(report.path("memory").isNull()).isTrue();
        List<String> names = new ArrayList<>();
        for (JsonNode part : report.path("throughput")) {
            for (JsonNode result : part.path("results")) {
                String name = result.path("name").asString();
                names.add(part.path("part").asString() + " " + name + " "
                        + result.path("clients").asInt());
                assertThat(result.path("committed").asLong()).as(name).isPositive();
                assertThat(result.path("failed").asLong()).as("%s", result).isZero();
                if (!name.equals("insert")) {
                    assertThat(result.path("batch").asDouble()).as(name).isGreaterThanOrEqualTo(1);
                }
            }
        }
        assertThat(names)
                .containsExactly(
                        "clients insert 4",
                        "clients coordinator 4",
                        "coordinators 1 coordinator 6",
                        "coordinators 2 coordinators 6",
                        "coordinators 3 coordinators 6",
                        "shards 1 log 6",
                        "shards 2 logs 6");
    }

    @Test
    void whatIsOpenIsRolledBackAndWhatIsInDoubtIsCompleted() throws Exception {
        JsonNode report = report("--parts=memory,in-doubt", "--at=4", "--open=40", "--in-doubt=50");

        assertThat(report.path("throughput").size()).isZero();
        JsonNode memory = report.path("memory");
        assertThat(figures(memory, "open")).containsExactly(0L, 40L, 0L);
        assertThat(figures(memory, "heapBytes"))
                .allSatisfy(bytes -> assertThat(bytes).isBetween(1L, HEAP));
        assertThat(figures(memory, "logBytes")).allMatch(bytes -> bytes > 0).isSorted();

        JsonNode inDoubt = report.path("inDoubt");
        assertThat(figures(inDoubt, "unfinished")).containsExactly(0L, 50L, 0L);
        assertThat(figures(inDoubt, "heapBytes"))
                .allSatisfy(bytes -> assertThat(bytes).isBetween(1L, HEAP));
        for (JsonNode result : inDoubt.path("results")) {
            assertThat(result.path("committed").asLong()).as("%s", result).isPositive();
            assertThat(result.path("failed").asLong()).as("%s", result).isZero();
        }
        for (JsonNode state : inDoubt.path("states")) {
            assertThat(state.path("looks"))
                    .hasSize(3)
                    .allSatisfy(look -> assertThat(look.path("failure").isNull())
                            .as("%s", look)
                            .isTrue());
        }
    }

    private static List<Long> figures(JsonNode part, String figure) {
        List<Long> all = new ArrayList<>();
        part.path("states").forEach(state -> all.add(state.path(figure).asLong()));
        return all;
    }

    private JsonNode report(String... arguments) throws Exception {
        Path json = directory.resolve("figures.json");
        Path csv = directory.resolve("figures.csv");
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine command = new CommandLine(new ScaleCommand())
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .setExecutionExceptionHandler((e, failed, parsed) -> {
                    throw e;
                });
        List<String> all = new ArrayList<>(List.of(
                "--quick", "--rounds=1", "--seconds=1", "--warmup=0", "--anyway", "--json=" + json, "--csv=" + csv));
        all.addAll(List.of(arguments));

        int exit = command.execute(all.toArray(String[]::new));

        assertThat(exit).as("%s%n%s", out, err).isZero();
        assertThat(err.toString()).contains("WARNING", "Fewer than 3 rounds");
        assertThat(Files.readAllLines(csv)).hasSizeGreaterThan(10);
        return JsonMapper.shared().readTree(Files.readString(json));
    }
}
