package io.assent.benchmarks.checkout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.assent.benchmarks.checkout.CheckoutResult.Between;
import io.assent.benchmarks.figures.Flushes;
import io.assent.benchmarks.figures.Latencies;
import io.assent.benchmarks.figures.Sample;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Goal: ratios compare what happened at the same time. Method: made-up slices. */
class CheckoutResultTests {

    static Sample at(double perSecond, double cpu) {
        return new Sample(
                perSecond,
                1000 / perSecond,
                2000 / perSecond,
                10,
                1,
                "503",
                new Sample.Cpu(cpu, cpu, cpu, 100, 2 * cpu - 1),
                new Sample.WalBytes(400, 0),
                new Latencies(Latencies.PERCENTILES.stream()
                        .map(percentile -> 10 * percentile / perSecond)
                        .toList()));
    }

    static CheckoutResult result(CheckoutSystem system, List<Between> slices) {
        return CheckoutResult.of(system, 8, slices, new Flushes(1, 2), 5);
    }

    @Test
    void aSliceIsComparedWithTheMeanOfTheFloorBeforeAndAfterIt() {
        CheckoutResult result = result(
                AssentSystem.answersAfterCompletion(),
                List.of(
                        new Between(at(50, 4), at(100, 1), at(300, 3)),
                        new Between(at(5, 4), at(10, 1), at(30, 3)),
                        new Between(at(100, 4), at(100, 1), at(100, 3))));

        assertThat(result.rateToFloor()).isCloseTo(0.25, within(1e-9));
        // The client's own time is not part of it.
        assertThat(result.cpuToFloor()).isCloseTo(2, within(1e-9));
        assertThat(result.settledCpuToFloor()).as("5 of 3").isCloseTo(5.0 / 3, within(1e-9));
        assertThat(result.perSecond()).isEqualTo(50);
        assertThat(result.committed()).isEqualTo(30);
        assertThat(result.failed()).isEqualTo(3);
        assertThat(result.ratios()).extracting(CheckoutResult.Ratios::rate).containsExactly(0.25, 0.25, 1.0);
        assertThat(result.latencies().millis().get(0)).isEqualTo(2);
        assertThat(result.floor()).isEqualTo("floor");
        assertThat(result.who()).isEqualTo("assent with 8 clients");
    }

    @Test
    void theFloorIsOneAndItsSpreadThatOfItsRate() {
        CheckoutResult result = result(
                FloorSystem.plain(),
                List.of(
                        Between.itself(at(80, 1)),
                        Between.itself(at(90, 1)),
                        Between.itself(at(100, 1)),
                        Between.itself(at(110, 1)),
                        Between.itself(at(120, 1))));

        assertThat(result.rateToFloor()).isEqualTo(1);
        assertThat(result.spread()).isCloseTo(0.2, within(1e-9));
    }
}
