package io.assent.benchmarks.kinds;

import io.assent.benchmarks.load.Flow;
import io.assent.benchmarks.system.BenchSystem;

/** What the client pays for its own calls: a local commit beside a global transaction that nobody joins. */
final class EmptyTransaction implements Kind {

    @Override
    public String name() {
        return "empty";
    }

    @Override
    public String description() {
        return "a local commit between the begin and the commit of a transaction that nobody joins";
    }

    @Override
    public Subject open(BenchSystem system) {
        return PaymentServices.early(system, Flow.EMPTY);
    }
}
