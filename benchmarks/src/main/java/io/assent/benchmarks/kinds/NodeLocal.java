package io.assent.benchmarks.kinds;

import io.assent.benchmarks.load.Flow;
import io.assent.benchmarks.system.BenchSystem;

/** A local commit of the service in Node.js, to compare its transactions with. */
final class NodeLocal implements Kind {

    @Override
    public String name() {
        return "node-local";
    }

    @Override
    public String description() {
        return "like local, in Node.js (examples/node-participant)";
    }

    @Override
    public Subject open(BenchSystem system) throws UnavailableException {
        return NodeServices.stock(system, Flow.LOCAL);
    }
}
