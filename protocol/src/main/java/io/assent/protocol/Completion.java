package io.assent.protocol;

/** Whether phase two is over. */
public enum Completion {
    PENDING,
    COMPLETE
}
