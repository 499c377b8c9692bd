package io.assent.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.demo.Sums.Check;
import io.assent.demo.Sums.Entry;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Goal: a split outcome cannot hide. Method: entries that match, and each way in which they do not. */
class SumsTests {

    private static final Entry ORDER = new Entry("PAYMENT", "1", "ada", 500);
    private static final Entry REFUND = new Entry("REFUND", "C1", "ada", 500);

    @Test
    void equalEntriesMatch() {
        assertThat(Sums.unmatched(List.of(ORDER, REFUND), List.of(REFUND, ORDER)))
                .isZero();
    }

    @Test
    void everyDifferenceCounts() {
        assertThat(Sums.unmatched(List.of(ORDER), List.of())).isOne();
        assertThat(Sums.unmatched(List.of(), List.of(ORDER))).isOne();
        assertThat(Sums.unmatched(List.of(ORDER), List.of(ORDER, ORDER))).isOne();
        assertThat(Sums.unmatched(List.of(ORDER), List.of(new Entry("PAYMENT", "1", "ada", 499))))
                .isEqualTo(2);
        assertThat(Sums.unmatched(List.of(ORDER), List.of(new Entry("PAYMENT", "1", "ben", 500))))
                .isEqualTo(2);
        assertThat(Sums.unmatched(List.of(ORDER), List.of(new Entry("REFUND", "1", "ada", 500))))
                .isEqualTo(2);
    }

    @Test
    void holdsWhenAllIsEqual() {
        assertThat(new Sums(1000, 1000, 2, 1, 500, 2, 1, 500, 0, 0).checks(1000))
                .allMatch(Check::holds);
    }

    @ParameterizedTest
    @CsvSource({
        "999, 1000, 2, 1, 500, 2, 1, 500, 0, 0",
        "1000, 999, 2, 1, 500, 2, 1, 500, 0, 0",
        "1000, 1000, 3, 1, 500, 2, 1, 500, 0, 0",
        "1000, 1000, 2, 0, 500, 2, 1, 500, 0, 0",
        "1000, 1000, 2, 1, 501, 2, 1, 500, 0, 0",
        "1000, 1000, 2, 1, 500, 2, 1, 500, 2, 0",
        "1000, 1000, 2, 1, 500, 2, 1, 500, 0, 1"
    })
    void oneDifferenceIsEnoughToFail(
            long money,
            long opened,
            long orders,
            long orderRefunds,
            long ordersNet,
            long payments,
            long paymentRefunds,
            long paymentsNet,
            long unmatched,
            long inDoubt) {
        Sums sums = new Sums(
                money,
                opened,
                orders,
                orderRefunds,
                ordersNet,
                payments,
                paymentRefunds,
                paymentsNet,
                unmatched,
                inDoubt);
        assertThat(sums.checks(1000)).anyMatch(check -> !check.holds());
    }

    @Test
    void moneyIsReadable() {
        assertThat(Money.format(123_456_789)).isEqualTo("GBP 1,234,567.89");
        assertThat(Money.format(-5)).isEqualTo("-GBP 0.05");
    }
}
