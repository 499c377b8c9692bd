package io.assent.benchmarks.checkout;

import io.assent.benchmarks.checkout.stub.StubParticipants;
import io.assent.benchmarks.load.Initiator;
import io.assent.benchmarks.load.Slice;
import io.assent.benchmarks.system.BenchSystem;
import io.assent.benchmarks.system.MeasuredService;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.springframework.web.client.RestClient;

/** The coordinator alone: commits of branches that are prepared already, at participants that do nothing. */
final class CoordinatorSystem implements CheckoutSystem {

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
        List<Integer> ports = IntStream.range(0, workload.branches())
                .mapToObj(each -> system.freePort())
                .toList();
        MeasuredService stubs = system.start(
                "stub-participants",
                ports.get(0),
                system.java(
                        List.of(),
                        BenchSystem.classPath(),
                        StubParticipants.class.getName(),
                        ports.stream().map(String::valueOf).toList()),
                Map.of(),
                "/acknowledged");
        Map<String, URI> participants = new LinkedHashMap<>();
        for (int port : ports) {
            participants.put(
                    "stub-" + (participants.size() + 1), URI.create("http://127.0.0.1:" + port + "/assent/v1"));
        }
        MeasuredService coordinator = system.coordinator();
        return new Subject(
                client.prepared(participants),
                new Acknowledgements(stubs.url(), workload.branches()),
                stubs.cpu(),
                coordinator.cpu(),
                List.of(coordinator.url()));
    }

    private static final class Acknowledgements implements Audit {

        private final RestClient http = RestClient.create();
        private final URI stubs;
        private final int branches;
        private long before;

        private Acknowledgements(URI stubs, int branches) {
            this.stubs = stubs;
            this.branches = branches;
        }

        @Override
        public void settle() {}

        @Override
        public void verify(Slice slice) {
            long acknowledged = Long.parseLong(String.valueOf(
                    http.get().uri(stubs.resolve("/acknowledged")).retrieve().body(String.class)));
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
