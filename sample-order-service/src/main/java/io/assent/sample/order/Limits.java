package io.assent.sample.order;

/** The bounds of what is accepted. */
final class Limits {

    /** The most that one order may cost: a thousand million pounds, in pence. */
    static final long PENCE = 100_000_000_000L;

    static final int ITEMS = 50;
    static final int QUANTITY = 1_000;
    static final int PAGE = 200;

    /** Order numbers; those with C- in front are the shop's own, for cancellations. */
    static final String ORDER_NUMBER = "(?!C-)[A-Za-z0-9][A-Za-z0-9_.:-]{0,39}";

    static final String ORDER_NUMBER_RULE =
            "must be 1 to 40 letters, digits, '_', '.', ':' or '-', start with a letter or digit, and not with C-";

    private Limits() {}
}
