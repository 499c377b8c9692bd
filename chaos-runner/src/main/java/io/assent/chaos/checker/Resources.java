package io.assent.chaos.checker;

/**
 * What a process held at some moment.
 *
 * @param process which
 * @param when before the load or after everything had settled
 * @param connectionsInUse of its database pools
 * @param threads alive; where a process has one only, what it has open and under way
 */
public record Resources(String process, When when, int connectionsInUse, int threads) {

    /** The moments. */
    public enum When {
        BEFORE,
        AFTER
    }
}
