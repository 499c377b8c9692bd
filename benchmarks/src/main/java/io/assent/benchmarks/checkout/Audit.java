package io.assent.benchmarks.checkout;

import io.assent.benchmarks.load.Slice;
import java.util.List;

/** Looks whether a system has done what it said. For one thread. */
public interface Audit {

    /** Waits until nothing is left to do for what was answered. */
    void settle() throws InterruptedException;

    /**
     * Compares what is there with what was answered; called after every load, settled.
     *
     * @throws IllegalStateException if they differ: then its figures are worth nothing
     */
    void verify(Slice slice);

    /**
     * Looks at what only the whole run can show; called once, after the last load.
     *
     * @return what was seen, in a sentence each; empty: there is nothing to say
     * @throws IllegalStateException if it is not what the system said: then its figures are worth nothing
     */
    List<String> conclude() throws InterruptedException;
}
