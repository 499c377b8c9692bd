package io.assent.benchmarks.kinds;

import io.assent.benchmarks.load.Flow;
import io.assent.benchmarks.system.BenchSystem;

/** Two PostgreSQL databases in one branch. */
final class JtaDatabases implements Kind {

    @Override
    public String name() {
        return "jta";
    }

    @Override
    public String description() {
        return "like early, with a row in a second PostgreSQL database in the same branch";
    }

    @Override
    public Subject open(BenchSystem system) {
        return PaymentServices.jta(system, Flow.BEGUN);
    }
}
