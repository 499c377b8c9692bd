package io.assent.benchmarks.flood;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import io.assent.benchmarks.Machine;
import io.assent.benchmarks.figures.Disturbance;
import io.assent.benchmarks.figures.Limits;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Goal: a flood is compared with what was before and after it, and one that was none is not shown. Method: made-up rounds. */
class FloodResultTests {

    private static final Disturbance NONE = new Disturbance(0, 0, 0, 0);

    private final FloodResult result = FloodResult.of(
            Flood.STRANGERS,
            List.of(round(10, 11, Map.of(401, 100L)), round(20, 21, Map.of(401, 50L, 0, 1L)), round(10, 30, Map.of())));

    private static FloodResult.Round round(double quiet, double flooded, Map<Integer, Long> answers) {
        return new FloodResult.Round(part(flooded, 0.5), part(quiet - 1, 0.2), part(quiet + 1, 0.2), 50, answers);
    }

    private static FloodResult.Part part(double p99, double processors) {
        return new FloodResult.Part(p99 / 2, p99, processors, 1000, 2, "commit: 503");
    }

    @Test
    void theMedianOfTheRoundsIsComparedWithWhatIsQuietAroundEach() {
        assertThat(result.p99ToQuiet()).isCloseTo(1.1, within(1e-9));
        assertThat(result.p50ToQuiet()).isCloseTo(1.1, within(0.05));
        assertThat(result.quietP99Millis()).isEqualTo(10);
        assertThat(result.p99Millis()).isEqualTo(21);
        assertThat(result.coordinatorProcessors()).isEqualTo(0.5);
        assertThat(result.quietCoordinatorProcessors()).isEqualTo(0.2);
        assertThat(result.committed()).isEqualTo(3000);
        assertThat(result.failed()).isEqualTo(6);
        assertThat(result.answers()).isEqualTo(Map.of(401, 150L, 0, 1L));
    }

    @Test
    void roundsThatLieFarApartAreOfNoUse() {
        assertThat(new Limits(40, 5).exceeded(List.of(result), NONE))
                .singleElement()
                .asString()
                .contains("The rounds of the neighbour of strangers lie");
    }

    @Test
    void aFloodThatWasNotRefusedWasNone() {
        assertThatCode(() -> FloodRun.checkEffect(result)).doesNotThrowAnyException();
        assertThatCode(() -> FloodRun.checkEffect(FloodResult.of(Flood.QUIET, List.of(round(10, 10, Map.of())))))
                .doesNotThrowAnyException();

        FloodResult none = FloodResult.of(Flood.OPEN, List.of(round(10, 10, Map.of(201, 7L))));
        assertThatIllegalStateException()
                .isThrownBy(() -> FloodRun.checkEffect(none))
                .withMessageContaining("Nothing of open-transactions was answered 429");
    }

    @Test
    void theTableAndTheFileForSpreadsheetsTellWhatWasMeasured() {
        FloodReport report = new FloodReport(
                "flood",
                Instant.parse("2026-01-15T12:00:00Z"),
                new FloodReport.Options(List.of("quiet", "strangers"), 32, 100, 200, 0, 3, 10, 60),
                new Machine(2, "Linux", "17", List.of(), "18.6", "ext4"),
                NONE,
                List.of(),
                List.of(result));

        assertThat(FloodTable.text(report))
                .contains("commits 100 transactions of two branches a second, at most 32")
                .contains("strangers: requests with a key that nobody has given out.")
                .containsPattern("strangers \\| +\\S+ \\| +1\\.10 \\|")
                .contains("0 x 1, 401 x 150");
        assertThat(FloodCsv.text(report).lines())
                .hasSize(4)
                .anyMatch(line -> line.startsWith("strangers,1,") && line.endsWith(",50.0000,1000,2"));
    }
}
