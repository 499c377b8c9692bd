package io.assent.demo;

import java.util.Locale;

/** Pence, for people to read. */
final class Money {

    private Money() {}

    static String format(long pence) {
        long pounds = Math.abs(pence / 100);
        return (pence < 0 ? "-" : "") + "GBP " + String.format(Locale.ROOT, "%,d.%02d", pounds, Math.abs(pence % 100));
    }
}
