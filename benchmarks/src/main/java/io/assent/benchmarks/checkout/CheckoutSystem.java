package io.assent.benchmarks.checkout;

import io.assent.benchmarks.load.Initiator;
import io.assent.benchmarks.system.BenchSystem;

/** Something that is measured, or that something is compared with. To add one, implement this and put it into {@link CheckoutSystems}. */
interface CheckoutSystem {

    /** As {@code --systems} calls it: lower-case letters, digits and hyphens. */
    String name();

    /** What one transaction is, in a line for people. */
    String description();

    /** The name of the system that this one is compared with; its own if it is compared with nothing. */
    String floor();

    /**
     * Starts what it needs, and does not wait until that is ready.
     *
     * @param workload what a transaction is made of
     * @param client what its operation sends requests with
     * @throws IllegalStateException if something is missing; the message says what
     */
    Subject open(BenchSystem system, Workload workload, Initiator client);
}
