package io.assent.sample.payment;

import java.math.BigDecimal;

/** How money is shown to people; everywhere else it is a number of pence. */
final class Money {

    private Money() {}

    static String text(long pence) {
        return "£" + BigDecimal.valueOf(pence, 2).toPlainString();
    }
}
