package io.assent.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.demo.StockSums.Entry;
import io.assent.demo.Sums.Check;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Goal: goods that were sold and not taken, or taken and not sold, cannot hide. Method: one difference at a time. */
class StockSumsTests {

    /** Four pieces were ordered before there was a stock service. */
    private static final StockSums BEFORE = new StockSums(100, 10, 14, 2);

    @Test
    void holdsWhenWhatWasSoldWasTaken() {
        assertThat(new StockSums(97, 13, 17, 2).checks(BEFORE)).hasSize(3).allMatch(Check::holds);
        assertThat(BEFORE.checks(BEFORE)).allMatch(Check::holds);
    }

    @ParameterizedTest
    @CsvSource({
        "98, 13, 17, 2",
        "97, 12, 17, 2",
        "97, 13, 16, 2",
        "97, 13, 17, 3",
    })
    void oneDifferenceIsEnoughToFail(long available, long reserved, long ordered, long unmatched) {
        assertThat(new StockSums(available, reserved, ordered, unmatched).checks(BEFORE))
                .anyMatch(check -> !check.holds());
    }

    @Test
    void everyLineHasItsReservation() {
        Entry line = new Entry("1.mug", 2);

        assertThat(StockSums.unmatched(List.of(line), List.of(line))).isZero();
        assertThat(StockSums.unmatched(List.of(line), List.of())).isOne();
        assertThat(StockSums.unmatched(List.of(), List.of(line))).isOne();
        assertThat(StockSums.unmatched(List.of(line), List.of(new Entry("1.mug", 1))))
                .isEqualTo(2);
    }
}
