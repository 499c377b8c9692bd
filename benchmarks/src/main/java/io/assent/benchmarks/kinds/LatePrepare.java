package io.assent.benchmarks.kinds;

import io.assent.benchmarks.load.Flow;
import io.assent.benchmarks.system.BenchSystem;

/** Held open until the coordinator asks for the vote. */
final class LatePrepare implements Kind {

    @Override
    public String name() {
        return "late";
    }

    @Override
    public String description() {
        return "begin, the work call, commit; the coordinator asks for the vote before it decides";
    }

    @Override
    public Subject open(BenchSystem system) {
        return PaymentServices.late(system, Flow.BEGUN);
    }
}
