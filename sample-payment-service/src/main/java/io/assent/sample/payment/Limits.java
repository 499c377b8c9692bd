package io.assent.sample.payment;

/** The bounds of what is accepted. */
final class Limits {

    /** The most that one request may name: a thousand million pounds, in pence. */
    static final long PENCE = 100_000_000_000L;

    static final int PAGE = 500;

    private Limits() {}
}
