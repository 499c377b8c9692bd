package io.assent.benchmarks.kinds;

import io.assent.benchmarks.system.BenchSystem;

/** One kind of participant, or of a transaction with it. To add one, implement this and put it into {@link Kinds}. */
interface Kind {

    /** As {@code --kinds} calls it: lower-case letters, digits and hyphens. */
    String name();

    /** What one transaction is, in a line for people. */
    String description();

    /**
     * Starts what it needs, and does not wait until that is ready.
     *
     * @throws UnavailableException if this machine has not what it needs: it is left out then
     */
    Subject open(BenchSystem system) throws UnavailableException;
}
