package io.assent.chaos.checker;

/** What an answer claims about a transaction. */
public enum Told {
    COMMITTED,
    ROLLED_BACK,
    /** Ask again: also a reply that was lost. */
    UNKNOWN,
    /** It claims nothing about any transaction. */
    NOTHING
}
