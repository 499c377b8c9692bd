package io.assent.benchmarks.checkout;

import io.assent.benchmarks.system.BenchSystem;
import io.assent.benchmarks.system.MeasuredService;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A setting whose cost is asked for: everything but this is as in the system {@code assent}, or {@code floor}. To add one, implement
 * this and put {@link AssentSystem#with} or {@link FloorSystem#with} it into {@link CheckoutSystems}.
 */
interface Variant {

    /** What follows {@code assent-} or {@code floor-} in the name of its system. */
    String suffix();

    /** What is different, in a line for people. */
    String description();

    /**
     * Starts what it needs besides the processes of the system, which are started later.
     *
     * @param workload what a checkout is made of
     */
    Setting prepare(BenchSystem system, Workload workload);

    /** It in one run. For one thread. */
    interface Setting {

        /**
         * Variables that this process of a service gets besides those that it has anyway.
         *
         * @param process its name
         */
        Map<String, String> service(String process);

        /**
         * The same for the coordinator.
         *
         * @param process its name
         */
        Map<String, String> coordinator(String process);

        /** What its processes want from whoever asks how many requests they have served; null: nothing. */
        default @Nullable String key() {
            return null;
        }

        /**
         * Looks whether it had its effect; called once, after the last load.
         *
         * @param coordinator null: there is none
         * @param services those of the checkout
         * @param committed how many checkouts have committed, the warm-up included
         * @return what was seen, in a sentence each
         * @throws IllegalStateException if it had not: then the figures are worth nothing
         */
        List<String> conclude(@Nullable MeasuredService coordinator, List<MeasuredService> services, long committed)
                throws InterruptedException;
    }
}
