package io.assent.chaos.proxy;

/** What a link speaks. */
public enum Protocol {
    /** HTTP/1.1 without pipelining. */
    HTTP,
    /** The PostgreSQL wire protocol, version 3, without TLS. */
    POSTGRES
}
