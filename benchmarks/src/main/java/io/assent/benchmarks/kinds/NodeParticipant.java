package io.assent.benchmarks.kinds;

import io.assent.benchmarks.load.Flow;
import io.assent.benchmarks.system.BenchSystem;

/** The participant in Node.js, prepared with the call. */
final class NodeParticipant implements Kind {

    @Override
    public String name() {
        return "node";
    }

    @Override
    public String description() {
        return "like early, in Node.js (examples/node-participant)";
    }

    @Override
    public Subject open(BenchSystem system) throws UnavailableException {
        return NodeServices.stock(system, Flow.BEGUN);
    }
}
