package io.assent.benchmarks.kinds;

import io.assent.benchmarks.load.Flow;
import io.assent.benchmarks.system.BenchSystem;

/** Two PostgreSQL databases and a broker in one branch. */
final class JtaBroker implements Kind {

    @Override
    public String name() {
        return "jta-jms";
    }

    @Override
    public String description() {
        return "like jta, with a message to an Artemis broker in the same branch";
    }

    @Override
    public Subject open(BenchSystem system) {
        return PaymentServices.jtaWithBroker(system, Flow.BEGUN);
    }
}
