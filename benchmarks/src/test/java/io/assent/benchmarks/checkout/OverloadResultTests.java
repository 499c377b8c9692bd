package io.assent.benchmarks.checkout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.assent.benchmarks.Machine;
import io.assent.benchmarks.figures.Disturbance;
import io.assent.benchmarks.figures.Limits;
import io.assent.benchmarks.load.Slice;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

/** Goal: overload is compared with the peak just before it, and what failed is told apart. Method: made-up slices. */
class OverloadResultTests {

    private static final Disturbance NONE = new Disturbance(0, 0, 0, 0);

    private final OverloadResult result = OverloadResult.of(
            AssentSystem.answersAfterCompletion(), List.of(round(100, 90), round(200, 160), round(100, 100)));

    private static OverloadResult.Round round(double peak, int committed) {
        Histogram micros = new Histogram(3);
        for (int i = 0; i < committed; i++) {
            micros.recordValue(2000);
        }
        Slice overload = new Slice(micros, 200, 150, 30, Duration.ofSeconds(1), "work call: 503");
        return OverloadResult.Round.of(32, peak, 3 * peak, overload);
    }

    @Test
    void goodputIsComparedWithThePeakOfItsRound() {
        assertThat(result.goodputToPeak()).isCloseTo(0.9, within(1e-9));
        assertThat(result.peakPerSecond()).isEqualTo(100);
        assertThat(result.offeredPerSecond()).isEqualTo(300);
        assertThat(result.goodputPerSecond()).isEqualTo(100);
        assertThat(result.p99Millis()).isCloseTo(2, within(0.01));
    }

    @Test
    void whatWasRefusedIsToldFromWhatFailed() {
        assertThat(result.committed()).isEqualTo(350);
        assertThat(result.refused()).isEqualTo(450);
        assertThat(result.notBegun()).isEqualTo(90);
        assertThat(result.failedOtherwise()).isEqualTo(60);
    }

    @Test
    void whatFailsUnderOverloadDoesNotMakeItsFiguresWorthless() {
        assertThat(new Limits(40, 5).exceeded(List.of(result), NONE)).isEmpty();
    }

    @Test
    void theTableTellsWhatItMeasures() {
        String text = OverloadTable.text(new OverloadReport(
                "overload",
                Instant.parse("2026-01-15T12:00:00Z"),
                new CheckoutReport.Options(
                        List.of("floor", "assent"), List.of(8, 32), 3, 1, 0, 0, new Workload(2, false), false, 0),
                512,
                new Machine(2, "Linux", "17", List.of(), "18.6", "ext4"),
                NONE,
                List.of(),
                List.of(result)));

        assertThat(text)
                .contains("the best closed loop of 8, 32 clients", "offers 3 times", "at most 512 calls")
                .contains("assent |    100 |       300 |       100 |    0.90");
    }
}
