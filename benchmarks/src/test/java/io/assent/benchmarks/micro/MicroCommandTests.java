package io.assent.benchmarks.micro;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.benchmarks.Machine;
import io.assent.benchmarks.figures.Disturbance;
import io.assent.benchmarks.figures.Limits;
import io.assent.benchmarks.micro.LogResult.Between;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Goal: wrong options start nothing, and ratios are to the floor around them. Method: the command without a system. */
class MicroCommandTests {

    private final MicroCommand command = new MicroCommand();
    private final CommandLine line = new CommandLine(command);
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void defaultsAreEverySizeOfBatchWithUpToFourWriters() {
        line.parseArgs();

        assertThat(command.options())
                .isEqualTo(new MicroReport.Options(
                        List.of("code", "log"),
                        MicroReport.Code.THOROUGH,
                        List.of(1, 2, 4),
                        List.of(1, 4, 16, 64, 256),
                        5,
                        2,
                        20));
    }

    @Test
    void quickIsShorterAndWhatIsGivenWins() {
        line.parseArgs("--quick", "--batches=8");

        assertThat(command.options())
                .isEqualTo(new MicroReport.Options(
                        List.of("code", "log"), MicroReport.Code.QUICK, List.of(1, 2), List.of(8), 3, 2, 10));
        // The code; the warm-up; for each round and number of writers the floor twice, a slice, and an opening of the
        // log.
        assertThat(command.options().expectedSeconds()).isEqualTo(20 + 10 + 3 * 2 * (2 * 2 + 2 + 2));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--writers=0,1    | --writers must be 1 to 16, not 0",
                "--writers=17     | --writers must be 1 to 16, not 17",
                "--writers=2,2    | --writers must differ",
                "--batches=1001   | --batches must be 1 to 1000, not 1001",
                "--batches=many   | many",
                "--parts=code,gc  | --parts must be code or log or both, not code,gc",
                "--clients=4      | --clients has no meaning here",
                "--rounds=0       | --rounds must be 1 to 100, not 0"
            })
    void wrongOptionsAreRefusedBeforeAnythingIsStarted(String option, String message) {
        line.setErr(new PrintWriter(err));

        assertThat(line.execute(option)).isEqualTo(2);
        assertThat(err.toString()).contains(message);
    }

    @Test
    void theTableAndTheFileHoldTheFigures(@TempDir Path directory) throws IOException {
        Path json = directory.resolve("figures.json");
        line.parseArgs("--json", json.toString());

        assertThat(command.show(report(), new PrintWriter(out), new PrintWriter(err)))
                .isZero();

        assertThat(out.toString())
                .contains("| HeaderBenchmarks.parseVote | 1234 |   - |   567 |")
                .contains("2 writers. The floor, rows inserted over 2 connections: 1000 a second, 100 us of CPU time,"
                        + " 1.00 flushes and 500 bytes for each.")
                .contains(
                        "| 16         |  15.5 |        4000 |     4.00 |    0 % |     50 |     0.50 |   0.063 |       700 |"
                                + "      0 |")
                .contains("steal -");
        JsonNode figures = JsonMapper.shared().readTree(Files.readString(json));
        assertThat(figures.path("report").asString()).isEqualTo("micro");
        assertThat(figures.at("/code/0/error").isNull()).isTrue();
        assertThat(figures.at("/floors/0/perSecond").asDouble()).isEqualTo(1_000);
        assertThat(figures.at("/log/0/rateToFloor").asDouble()).isEqualTo(4);
        assertThat(figures.at("/log/0/rounds")).hasSize(3);
    }

    @Test
    void roundsThatLieApartAreOfNoUse() {
        LogResult result = LogResult.of(
                1, 4, List.of(between(1_000, 1_000, 1_000), between(3_000, 1_000, 1_000), between(1_000, 500, 500)));

        assertThat(new Limits(40, 5).exceeded(List.of(result), new Disturbance(0, 0, 0, 0)))
                .singleElement()
                .asString()
                .contains("batches of 4 with 1 writer", "apart");
    }

    private static MicroReport report() {
        // The first stands between two slices of the floor that differ: what counts is their mean.
        LogResult result = LogResult.of(
                2, 16, List.of(between(4_000, 900, 1_100), between(4_000, 1_000, 1_000), between(4_000, 1_000, 1_000)));
        return new MicroReport(
                "micro",
                Instant.parse("2026-01-15T12:00:00Z"),
                new MicroReport.Options(
                        List.of("code", "log"), MicroReport.Code.QUICK, List.of(2), List.of(16), 3, 2, 10),
                new Machine(2, "Linux", "17", List.of(), "18.6", "ext4"),
                new Disturbance(0.5, 1.5, Double.NaN, 0.2),
                List.of(),
                List.of(new CodeResult("HeaderBenchmarks.parseVote", 1_234, Double.NaN, 567)),
                List.of(FloorResult.of(2, List.of(floor(1_000), floor(1_000)))),
                List.of(result),
                24_000);
    }

    private static Between between(double perSecond, double before, double after) {
        return new Between(
                new LogSample(perSecond, 50, 1 / 16.0, 700, 15.5, (long) (2 * perSecond), 0, null),
                floor(before),
                floor(after));
    }

    private static LogSample floor(double perSecond) {
        return new LogSample(perSecond, 100, 1, 500, 1, (long) (2 * perSecond), 0, null);
    }
}
