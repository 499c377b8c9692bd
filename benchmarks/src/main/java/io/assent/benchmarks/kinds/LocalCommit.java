package io.assent.benchmarks.kinds;

import io.assent.benchmarks.load.Flow;
import io.assent.benchmarks.system.BenchSystem;

/** The floor: the same service, the same call, the same SQL, and nothing else. */
final class LocalCommit implements Kind {

    @Override
    public String name() {
        return "local";
    }

    @Override
    public String description() {
        return "the work call without a global transaction: a plain local commit";
    }

    @Override
    public Subject open(BenchSystem system) {
        return PaymentServices.early(system, Flow.LOCAL);
    }
}
