package io.assent.sample.order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.assent.sample.order.InvalidInvoiceException.Reason;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Goal: every line of a till's export is an order, a refund or refused with all reasons. Method: lines as tills write them. */
class InvoiceTests {

    @ParameterizedTest
    @CsvSource({
        "536365,2010-12-01T08:26,17850,United Kingdom,40,3.91, 536365-20101201T0826, false, 15640",
        "536367,2010-12-01T08:34,13047,United Kingdom,83,4.8533, 536367-20101201T0834, false, 40282",
        "C536379,2010-12-01T09:41,14527,United Kingdom,-1,27.5, C536379-20101201T0941, true, 2750",
        "C536391,2010-12-01T10:24,17548,United Kingdom,-132,1.3243, C536391-20101201T1024, true, 17481",
        "541631,2011-01-20T10:47,12637,France,211,3.6167, 541631-20110120T1047, false, 76312",
        "540000,2011-01-05T13:40,14653,EIRE,1,0.005, 540000-20110105T1340, false, 1",
        "540001,2011-01-05T13:40:59,14653,EIRE,74215,1.04, 540001-20110105T1340, false, 7718360"
    })
    void aGoodLineIsAnOrderOrARefund(
            String no,
            String date,
            String customer,
            String country,
            String quantity,
            String price,
            String number,
            boolean refund,
            long pence) {
        Invoice.Entry entry = new Invoice(no, date, customer, country, quantity, price).read();

        assertThat(entry).isEqualTo(new Invoice.Entry(refund, number, customer, pence));
    }

    @Test
    void anInvoiceWrittenAtTheTurnOfAMinuteIsTwoOrders() {
        Invoice.Entry first =
                new Invoice("536591", "2010-12-01T16:57", "14606", "United Kingdom", "81", "2.7826").read();
        Invoice.Entry second =
                new Invoice("536591", "2010-12-01T16:58", "14606", "United Kingdom", "12", "3.89").read();

        assertThat(first.number()).isNotEqualTo(second.number());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "536544 | 2010-12-01T14:32 | (blank) | United Kingdom | 1208 | 5.6693    | NO_CUSTOMER",
                "536414 | 2010-12-01T11:52 | (blank) | United Kingdom | 56   | 0         | NO_CUSTOMER ZERO_PRICE",
                "536589 | 2010-12-01T16:50 | (blank) | United Kingdom | -10  | 0         | NO_CUSTOMER NEGATIVE_QUANTITY ZERO_PRICE",
                "543599 | 2011-02-10T13:08 | 17560   | United Kingdom | 16   | 0         | ZERO_PRICE",
                "C537251| 2010-12-06T10:45 | (blank) | United Kingdom | -103 | 2.326     | NO_CUSTOMER",
                "A563185| 2011-08-12T14:50 | (blank) | United Kingdom | 1    | 11062.06  | BAD_DEBT NO_CUSTOMER",
                "A563186| 2011-08-12T14:51 | (blank) | United Kingdom | 1    | -11062.06 | BAD_DEBT NO_CUSTOMER NEGATIVE_PRICE",
                "536365 | 2010-12-01T08:26 | 17850   | United Kingdom | -1   | 3.91      | NEGATIVE_QUANTITY",
                "C53636 | 2010-12-01T08:26 | 17850   | United Kingdom | 1    | 3.91      | POSITIVE_QUANTITY",
                "536365 | 2010-12-01T08:26 | 17850   | United Kingdom | 0    | 3.91      | ZERO_QUANTITY",
                "536365 | 2010-12-01T08:26 | 17850   | United Kingdom | 1.5  | 3.91      | QUANTITY",
                "536365 | 2010-12-01T08:26 | 17850   | United Kingdom | 1e9  | 3.91      | QUANTITY",
                "536365 | 2010-12-01T08:26 | 17850   | United Kingdom | 1    | 1e999999  | PRICE",
                "536365 | 2010-12-01T08:26 | 17850   | United Kingdom | 1    | NaN       | PRICE",
                "536365 | 2010-12-01T08:26 | 17850   | United Kingdom | 1    | 0.004     | AMOUNT",
                "536365 | 2010-12-01T08:26 | 17850   | United Kingdom | 999999999 | 999999999 | AMOUNT",
                "536365 | 01/12/2010 08:26 | 17850   | United Kingdom | 1    | 3.91      | DATE",
                "536365 | 2010-12-01T08:26 | merchant| United Kingdom | 1    | 3.91      | CUSTOMER",
                "536365 | 2010-12-01T08:26 | 17850   |                | 1    | 3.91      | COUNTRY",
                "X5     | 2010-12-01T08:26 | 17850   | United Kingdom | 1    | 3.91      | INVOICE_NUMBER",
                "       |                  |         |                |      |           | INVOICE_NUMBER DATE NO_CUSTOMER COUNTRY QUANTITY PRICE"
            })
    void aBadLineIsRefusedWithEverythingThatIsWrongWithIt(
            String no, String date, String customer, String country, String quantity, String price, String reasons) {
        List<Reason> expected =
                Arrays.stream(reasons.split(" ")).map(Reason::valueOf).toList();

        assertThatThrownBy(() -> new Invoice(no, date, customer, country, quantity, price).read())
                .isInstanceOfSatisfying(InvalidInvoiceException.class, e -> {
                    assertThat(e.reasons()).containsExactlyElementsOf(expected);
                    assertThat(e.getMessage().split("; ")).hasSameSizeAs(expected);
                });
    }

    @Test
    void aRefundGivesBackToThePennyWhatTheSameOrderCost() {
        Random random = new Random(1787);
        for (int i = 0; i < 10_000; i++) {
            BigDecimal price = BigDecimal.valueOf(1 + random.nextInt(1_000_000), 4);
            int pieces = 1 + random.nextInt(5_000);
            BigDecimal exact = price.multiply(BigDecimal.valueOf(pieces));
            if (exact.compareTo(new BigDecimal("0.005")) < 0) {
                continue;
            }

            long order = read("5", pieces, price).amountPence();
            long refund = read("C5", -pieces, price).amountPence();

            assertThat(refund).isEqualTo(order);
            assertThat(BigDecimal.valueOf(order, 2)).isEqualTo(exact.setScale(2, RoundingMode.HALF_UP));
        }
    }

    private static Invoice.Entry read(String no, int quantity, BigDecimal price) {
        return new Invoice(no, "2011-01-01T10:00", "1", "UK", Integer.toString(quantity), price.toPlainString()).read();
    }
}
