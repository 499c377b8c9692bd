package io.assent.chaos.proxy;

/** Which way a message travels. */
public enum Direction {
    /** From the side that connects to the side that listens. */
    REQUEST,
    /** Back. */
    REPLY
}
