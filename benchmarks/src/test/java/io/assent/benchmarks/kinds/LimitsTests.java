package io.assent.benchmarks.kinds;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.benchmarks.figures.Disturbance;
import io.assent.benchmarks.figures.Limits;
import io.assent.benchmarks.figures.Sample;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Goal: figures of a disturbed run are refused, with the reason. Method: made-up rounds. */
class LimitsTests {

    private static final Limits LIMITS = new Limits(40, 5);
    private static final Disturbance QUIET = new Disturbance(0.1, 2.0, 0.2, 0.1);
    private static final Disturbance UNKNOWN = new Disturbance(Double.NaN, Double.NaN, Double.NaN, Double.NaN);
    private static final List<Sample> EVEN = Samples.rounds(100, 101, 102, 99, 98);

    @Test
    void anEvenRunOnAQuietMachineIsAccepted() {
        assertThat(LIMITS.exceeded(List.of(Samples.result(Kinds.FLOOR, EVEN, EVEN)), QUIET))
                .isEmpty();
    }

    @Test
    void aMachineThatTellsNothingOfItselfIsNotRefusedForThat() {
        assertThat(LIMITS.exceeded(List.of(Samples.result(Kinds.FLOOR, EVEN, EVEN)), UNKNOWN))
                .isEmpty();
    }

    @Test
    void stolenProcessorsAreRefused() {
        assertThat(LIMITS.exceeded(List.of(), new Disturbance(1, 1, 12.34, 0)))
                .singleElement()
                .asString()
                .contains("12.3 %", "limit: 5.0 %", "--max-steal");
    }

    @Test
    void roundsThatLieFarApartAreRefusedByName() {
        KindResult uneven = Samples.result(new LatePrepare(), Samples.rounds(50, 100, 20, 90, 10), EVEN);

        assertThat(LIMITS.exceeded(List.of(uneven), QUIET))
                .singleElement()
                .asString()
                .contains("late with 1 client", "limit: 40 %", "--max-spread");
    }

    @Test
    void twoRoundsAreTooFew() {
        List<Sample> two = Samples.rounds(100, 100);

        assertThat(LIMITS.exceeded(List.of(Samples.result(Kinds.FLOOR, two, two)), QUIET))
                .singleElement()
                .asString()
                .contains("Fewer than 3 rounds");
    }

    @Test
    void failedTransactionsAreRefusedWithWhatOneOfThemWasAnswered() {
        List<Sample> failing = List.of(Samples.failing(100, 5), Samples.failing(100, 0), Samples.failing(100, 0));

        assertThat(LIMITS.exceeded(List.of(Samples.result(Kinds.FLOOR, failing, failing)), QUIET))
                .singleElement()
                .asString()
                .contains("5 of 305", "commit: 503");
    }

    @Test
    void aRoundWithoutAnyCommitIsRefusedWithEverythingThatFollowsFromIt() {
        List<Sample> stopped = List.of(Samples.at(100), Samples.failing(0, 1), Samples.at(100));

        assertThat(LIMITS.exceeded(List.of(Samples.result(new EarlyPrepare(), stopped, EVEN.subList(0, 3))), QUIET))
                .anyMatch(reason -> reason.contains("nothing of early with 1 client has committed"));
    }
}
