package io.assent.benchmarks.figures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Goal: one disturbed round changes no figure. Method: known values. */
class FiguresTests {

    @Test
    void theMedianIsTheMiddleOrBetweenTheTwoInTheMiddle() {
        assertThat(Figures.median(List.of(9.0, 1.0, 2.0))).isEqualTo(2);
        assertThat(Figures.median(List.of(4.0, 1.0, 2.0, 100.0))).isEqualTo(3);
        assertThat(Figures.median(List.of(7.0))).isEqualTo(7);
    }

    @Test
    void oneOutlierOfFiveDoesNotShowInTheSpreadAndTwoDo() {
        assertThat(Figures.spread(List.of(10.0, 10.0, 10.0, 10.0, 1000.0))).isZero();
        assertThat(Figures.spread(List.of(10.0, 10.0, 10.0, 20.0, 1000.0))).isCloseTo(1, within(1e-9));
    }

    @Test
    void theSpreadIsThatOfTheMiddleHalfAgainstTheMedian() {
        assertThat(Figures.spread(List.of(8.0, 9.0, 10.0, 11.0, 12.0))).isCloseTo(0.2, within(1e-9));
    }

    @Test
    void whatIsNotKnownMakesNothingKnown() {
        assertThat(Figures.median(List.of())).isNaN();
        assertThat(Figures.median(List.of(1.0, Double.NaN))).isNaN();
        assertThat(Figures.spread(List.of(0.0, 0.0, 0.0))).isNaN();
    }
}
