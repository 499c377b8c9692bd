package io.assent.benchmarks.kinds;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.benchmarks.Machine;
import io.assent.benchmarks.figures.Disturbance;
import io.assent.benchmarks.figures.Sample;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Goal: wrong options start nothing, and bad figures are not shown. Method: the command without a system. */
class KindsCommandTests {

    private final KindsCommand command = new KindsCommand();
    private final CommandLine line = new CommandLine(command);
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void defaultsAreAllKindsWithOneAndWithEightClients() {
        line.parseArgs();

        KindsReport.Options options = command.options();
        assertThat(options.kinds()).hasSize(Kinds.ALL.size());
        assertThat(options.clients()).containsExactly(1, 8);
        assertThat(options.rounds()).isEqualTo(5);
        assertThat(options.seconds()).isEqualTo(3);
    }

    @Test
    void optionsAreRead() {
        line.parseArgs("--kinds", "late", "--clients", "2", "--rounds", "7", "--seconds", "4", "--warmup", "0");

        assertThat(command.options())
                .isEqualTo(new KindsReport.Options(List.of("local", "late"), List.of(2), 7, 4, 0, 11));
        assertThat(command.options().expectedSeconds()).isEqualTo(2 * 7 * 4 + 2 * 11 + 2 * (4 + 11));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--rounds=0      | --rounds must be 1 to 100, not 0",
                "--seconds=601   | --seconds must be 1 to 600, not 601",
                "--warmup=-1     | --warmup must be 0 to 600, not -1",
                "--clients=1,65  | --clients must be 1 to 64, not 65",
                "--clients=2,2   | --clients must differ",
                "--data=no/such  | --data must be a directory that can be written to, not no/such",
                "--max-spread=0  | --max-spread must be above 0",
                "--max-steal=101 | --max-steal must be 0 to 100",
                "--kinds=fast    | There is no kind 'fast'",
                "--rounds=many   | many"
            })
    void wrongOptionsAreRefusedBeforeAnythingIsStarted(String option, String message) {
        line.setErr(new PrintWriter(err));

        assertThat(line.execute(option)).isEqualTo(2);
        assertThat(err.toString()).contains(message);
    }

    @Test
    void figuresOfADisturbedRunAreNeitherShownNorWritten(@TempDir Path directory) throws IOException {
        Path json = directory.resolve("figures.json");
        line.parseArgs("--json", json.toString());

        assertThat(show(report(List.of("It was stolen.")))).isEqualTo(1);

        assertThat(out.toString()).isEmpty();
        assertThat(err.toString()).contains("It was stolen.", "--anyway");
        assertThat(json).doesNotExist();
    }

    @Test
    void askedForAnywayTheyAreShownWithAWarning() throws IOException {
        line.parseArgs("--anyway");

        assertThat(show(report(List.of("It was stolen.")))).isZero();

        assertThat(err.toString()).contains("WARNING", "It was stolen.");
        assertThat(out.toString()).contains("| local");
    }

    @Test
    void theTableAndTheFileHoldTheFigures(@TempDir Path directory) throws IOException {
        Path json = directory.resolve("figures.json");
        line.parseArgs("--json", json.toString());

        assertThat(show(report(List.of()))).isZero();

        assertThat(err.toString()).isEmpty();
        assertThat(out.toString())
                .contains("1 client. The floor, local: 100 transactions/s, p50 10.0 ms, p99 30.0 ms.")
                .contains("0.50 | 2.00 | 2.00")
                .contains("node: left out: no Node.js")
                .contains("steal -")
                .contains(json.toString());
        JsonNode figures = JsonMapper.shared().readTree(Files.readString(json));
        assertThat(figures.at("/results/1/kind").asString()).isEqualTo("early");
        assertThat(figures.at("/results/1/rateToFloor").asDouble()).isEqualTo(0.5);
        assertThat(figures.at("/disturbance/stealPercent").isNull()).isTrue();
        assertThat(figures.at("/started").asString()).isEqualTo("2026-01-15T12:00:00Z");
    }

    private int show(KindsReport report) throws IOException {
        return command.show(report, new PrintWriter(out), new PrintWriter(err));
    }

    private static KindsReport report(List<String> unusable) {
        List<Sample> floor = Samples.rounds(100, 100, 100);
        return new KindsReport(
                "kinds",
                Instant.parse("2026-01-15T12:00:00Z"),
                new KindsReport.Options(List.of("local", "early", "node"), List.of(1), 3, 1, 0, 0),
                new Machine(2, "Linux", "17", List.of(), "18.6", "ext4"),
                new Disturbance(0.5, 1.5, Double.NaN, 0.2),
                unusable,
                Map.of("node", "no Node.js"),
                List.of(
                        Samples.result(Kinds.FLOOR, floor, floor),
                        Samples.result(new EarlyPrepare(), Samples.rounds(50, 50, 50), floor)));
    }
}
