package io.assent.benchmarks.kinds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.assent.benchmarks.figures.Sample;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Goal: ratios compare what happened at the same time. Method: rounds in which the whole machine became slower. */
class KindResultTests {

    @Test
    void aMachineThatBecomesSlowerDoesNotShowInTheRatios() {
        List<Sample> floor = Samples.rounds(1000, 500, 100);
        KindResult result = Samples.result(new EarlyPrepare(), Samples.rounds(250, 125, 25), floor);

        assertThat(result.rateToFloor()).isCloseTo(0.25, within(1e-9));
        assertThat(result.p50ToFloor()).isCloseTo(4, within(1e-9));
        assertThat(result.p99ToFloor()).isCloseTo(4, within(1e-9));
        assertThat(result.spread()).isCloseTo(0, within(1e-9));
        assertThat(result.perSecond()).isEqualTo(125);
    }

    @Test
    void theFloorIsOneAndItsSpreadThatOfItsRate() {
        List<Sample> floor = Samples.rounds(80, 90, 100, 110, 120);
        KindResult result = Samples.result(Kinds.FLOOR, floor, floor);

        assertThat(result.rateToFloor()).isEqualTo(1);
        assertThat(result.spread()).isCloseTo(0.2, within(1e-9));
    }

    @Test
    void transactionsOfAllRoundsAreCounted() {
        List<Sample> rounds = List.of(Samples.failing(10, 1), Samples.failing(20, 2));
        KindResult result = Samples.result(Kinds.FLOOR, rounds, rounds);

        assertThat(result.committed()).isEqualTo(30);
        assertThat(result.failed()).isEqualTo(3);
    }
}
