package io.assent.chaos.proxy;

/** What became of a message at the proxy. */
public enum Fate {
    /** Handed on whole and unchanged, perhaps late. */
    FORWARDED,
    /** Not a byte of it was handed on. */
    LOST,
    /** Handed on in part, or with other bytes in it. */
    SPOILT,
    /** A copy that the proxy itself sent; its reply went to nobody. */
    REPEATED
}
