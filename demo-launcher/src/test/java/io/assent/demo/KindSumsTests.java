package io.assent.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.demo.KindSums.Added;
import io.assent.demo.KindSums.Points;
import io.assent.demo.Sums.Check;
import io.assent.demo.Sums.Entry;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Goal: a point or a receipt that is lost, doubled or made up cannot hide. Method: one difference at a time. */
class KindSumsTests {

    private static final Points OLD = new Points("0", "ada", 7);
    private static final Points FIRST = new Points("1", "ada", 12);
    private static final Points SECOND = new Points("2", "ben", 30);
    private static final Entry OLD_PAYMENT = new Entry("PAYMENT", "0", "ada", 799);
    private static final Entry PAYMENT = new Entry("PAYMENT", "1", "ada", 1299);
    private static final Entry REFUND = new Entry("REFUND", "C-1", "ada", 1299);

    /** There was an order before there were points and receipts. */
    private static final KindSums BEFORE =
            new KindSums(List.of(OLD), List.of(), List.of(), List.of(OLD_PAYMENT), List.of(), 0, 0);

    private static KindSums after(
            List<Points> noted, List<Points> captured, List<Entry> receipts, long open, long prepared) {
        return new KindSums(
                List.of(OLD, FIRST, SECOND),
                noted,
                captured,
                List.of(OLD_PAYMENT, PAYMENT, REFUND),
                receipts,
                open,
                prepared);
    }

    @Test
    void holdsWhenEachOrderHasItsPointsAndEachPaymentItsReceipt() {
        KindSums after = after(List.of(FIRST, SECOND), List.of(SECOND, FIRST), List.of(PAYMENT, REFUND), 0, 0);

        assertThat(after.checks(BEFORE)).hasSize(7).allMatch(Check::holds);
        assertThat(after.checks(after)).allMatch(Check::holds);
    }

    static Stream<KindSums> differences() {
        List<Points> both = List.of(FIRST, SECOND);
        List<Entry> receipts = List.of(PAYMENT, REFUND);
        Points tooMany = new Points("2", "ben", 31);
        Points otherCustomer = new Points("2", "ada", 30);
        return Stream.of(
                after(List.of(FIRST), both, receipts, 0, 0),
                after(both, List.of(FIRST), receipts, 0, 0),
                after(both, List.of(FIRST, SECOND, SECOND), receipts, 0, 0),
                after(both, List.of(FIRST, tooMany), receipts, 0, 0),
                after(both, List.of(FIRST, otherCustomer), receipts, 0, 0),
                after(both, both, List.of(PAYMENT), 0, 0),
                after(both, both, List.of(PAYMENT, REFUND, REFUND), 0, 0),
                after(both, both, List.of(PAYMENT, PAYMENT), 0, 0),
                after(both, both, List.of(PAYMENT, new Entry("REFUND", "C-1", "ada", 1298)), 0, 0),
                after(both, both, receipts, 1, 0),
                after(both, both, receipts, 0, 1));
    }

    @ParameterizedTest
    @MethodSource("differences")
    void oneDifferenceIsEnoughToFail(KindSums after) {
        assertThat(after.checks(BEFORE)).anyMatch(check -> !check.holds());
    }

    @Test
    void whatVanishesCountsAsMuchAsWhatIsMissing() {
        Added<Entry> nothing = new Added<>(List.of(), List.of());

        assertThat(KindSums.unmatched(nothing, nothing)).isZero();
        assertThat(KindSums.unmatched(nothing, new Added<>(List.of(), List.of(PAYMENT))))
                .isOne();
        assertThat(KindSums.unmatched(new Added<>(List.of(PAYMENT), List.of()), nothing))
                .isOne();
        assertThat(KindSums.unmatched(
                        new Added<>(List.of(PAYMENT, REFUND), new ArrayList<>(List.of(PAYMENT))),
                        new Added<>(List.of(REFUND), List.of())))
                .isZero();
    }

    @Test
    void aReceiptSaysWhatItsPaymentSays() {
        assertThat(KindSums.receipt(
                        "{\"orderNumber\":\"1\",\"customer\":\"ada\",\"kind\":\"PAYMENT\",\"amountPence\":1299}"))
                .isEqualTo(PAYMENT);
    }
}
