package io.assent.benchmarks.kinds;

import io.assent.benchmarks.load.Flow;
import io.assent.benchmarks.system.BenchSystem;

/** Prepared with the call; the client begins, and the service enlists itself. */
final class EarlyPrepare implements Kind {

    @Override
    public String name() {
        return "early";
    }

    @Override
    public String description() {
        return "begin, the work call, commit; the service enlists itself and prepares with the call";
    }

    @Override
    public Subject open(BenchSystem system) {
        return PaymentServices.early(system, Flow.BEGUN);
    }
}
