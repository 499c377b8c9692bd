package io.assent.benchmarks.kinds;

import io.assent.benchmarks.load.Flow;
import io.assent.benchmarks.system.BenchSystem;

/** Prepared with the call; the client brings the votes along, as the starter does. */
final class EarlyCollected implements Kind {

    @Override
    public String name() {
        return "early-collected";
    }

    @Override
    public String description() {
        return "the work call, and a commit that carries its vote, as the starter does; prepared with the call";
    }

    @Override
    public Subject open(BenchSystem system) {
        return PaymentServices.early(system, Flow.COLLECTED);
    }
}
