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
import org.springframework.web.client.RestClient;

/** The coordinator alone: commits of two branches that are prepared already, at participants that do nothing. */
final class CoordinatorSystem implements CheckoutSystem {

    static final String NAME = "coordinator";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String description() {
        return "a commit of two branches that have voted, at participants without a database";
    }

    @Override
    public String floor() {
        return InsertSystem.NAME;
    }

    @Override
    public Subject open(BenchSystem system, Initiator client) {
        int port = system.freePort();
        int second = system.freePort();
        MeasuredService stubs = system.start(
                "stub-participants",
                port,
                system.java(
                        List.of(),
                        BenchSystem.classPath(),
                        StubParticipants.class.getName(),
                        List.of(Integer.toString(port), Integer.toString(second))),
                Map.of(),
                "/acknowledged");
        Map<String, URI> participants = new LinkedHashMap<>();
        participants.put("stub-one", URI.create("http://127.0.0.1:" + port + "/assent/v1"));
        participants.put("stub-two", URI.create("http://127.0.0.1:" + second + "/assent/v1"));
        MeasuredService coordinator = system.coordinator();
        return new Subject(
                client.prepared(participants),
                new Acknowledgements(stubs.url()),
                stubs.cpu(),
                coordinator.cpu(),
                List.of(coordinator.url()));
    }

    private static final class Acknowledgements implements Audit {

        private final RestClient http = RestClient.create();
        private final URI stubs;
        private long before;

        private Acknowledgements(URI stubs) {
            this.stubs = stubs;
        }

        @Override
        public void settle() {}

        @Override
        public void verify(Slice slice) {
            long acknowledged = Long.parseLong(String.valueOf(
                    http.get().uri(stubs.resolve("/acknowledged")).retrieve().body(String.class)));
            // More is possible: an order that was not answered in time is repeated.
            if (acknowledged - before < 2 * slice.committed()) {
                throw new IllegalStateException((acknowledged - before) + " branches were committed, where "
                        + slice.committed() + " transactions of two were answered");
            }
            before = acknowledged;
        }
    }
}
