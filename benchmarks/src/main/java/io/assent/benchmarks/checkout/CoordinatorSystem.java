package io.assent.benchmarks.checkout;

import io.assent.benchmarks.checkout.stub.StubProcess;
import io.assent.benchmarks.load.Initiator;
import io.assent.benchmarks.load.Slice;
import io.assent.benchmarks.system.BenchSystem;
import io.assent.benchmarks.system.MeasuredService;
import java.util.List;

/** The coordinator alone: commits of branches that are prepared already, at participants that do nothing. */
public final class CoordinatorSystem implements CheckoutSystem {

    static final String NAME = "coordinator";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String description() {
        return "a commit of branches that have voted, at participants without a database";
    }

    @Override
    public String floor() {
        return InsertSystem.NAME;
    }

    @Override
    public Subject open(BenchSystem system, Workload workload, Initiator client) {
        StubProcess stubs = StubProcess.start(system, workload.branches());
        MeasuredService coordinator = system.coordinator();
        return new Subject(
                client.prepared(stubs.participants()),
                acknowledgements(stubs, workload.branches()),
                stubs.process().cpu(),
                coordinator.cpu(),
                List.of(coordinator.url()));
    }

    /**
     * Looks whether as many branches were acknowledged as there must be. Those who load the same participants by turns share one.
     *
     * @param branches of each transaction
     */
    public static Audit acknowledgements(StubProcess stubs, int branches) {
        return new Acknowledgements(stubs, branches);
    }

    private static final class Acknowledgements implements Audit {

        private final StubProcess stubs;
        private final int branches;
        private long before;

        private Acknowledgements(StubProcess stubs, int branches) {
            this.stubs = stubs;
            this.branches = branches;
        }

        @Override
        public void settle() {}

        @Override
        public void verify(Slice slice) {
            long acknowledged = stubs.acknowledged();
            // More is possible: an order that was not answered in time is repeated.
            if (acknowledged - before < branches * slice.committed()) {
                throw new IllegalStateException((acknowledged - before) + " branches were committed, where "
                        + slice.committed() + " transactions of " + branches + " were answered");
            }
            before = acknowledged;
        }

        @Override
        public List<String> conclude() {
            return List.of();
        }
    }
}
