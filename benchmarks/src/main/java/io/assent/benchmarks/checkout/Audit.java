package io.assent.benchmarks.checkout;

import io.assent.benchmarks.load.Slice;

/** Looks whether a system has done what it said. For one thread. */
interface Audit {

    /** Waits until nothing is left to do for what was answered. */
    void settle() throws InterruptedException;

    /**
     * Compares what is there with what was answered; called after every load, settled.
     *
     * @throws IllegalStateException if they differ: then its figures are worth nothing
     */
    void verify(Slice slice);
}
