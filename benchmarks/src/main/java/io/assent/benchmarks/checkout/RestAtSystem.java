package io.assent.benchmarks.checkout;

import io.assent.benchmarks.load.Initiator;
import io.assent.benchmarks.system.BenchSystem;
import io.assent.benchmarks.system.MeasuredService;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The services with Narayana's bridge from JTA to REST-AT, and its coordinator with its object store on disk. */
final class RestAtSystem implements CheckoutSystem {

    private static final String NAME = "rest-at";
    private static final String COORDINATOR = "restat-coordinator";
    private static final String TRANSACTIONS = "/tx/transaction-manager";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String description() {
        return "the services with Narayana REST-AT 7.2.2, bridged from JTA; answered when both have committed";
    }

    @Override
    public String floor() {
        return FloorSystem.NAME;
    }

    @Override
    public Subject open(BenchSystem system, Workload workload, Initiator client) {
        Peers peers = new Peers(system.repository());
        MeasuredService coordinator = coordinator(system, peers);
        ShopServices shop = ShopServices.start(system, workload, NAME, "", (name, role, database, properties) -> {
            List<String> arguments = new ArrayList<>(properties);
            arguments.add("--spring.application.name=" + name);
            arguments.add("--bench.restat.coordinator=" + coordinator.url() + TRANSACTIONS);
            arguments.add("--bench.restat.object-store=" + system.directory(name + "-store"));
            return system.springService(
                    name,
                    List.of(),
                    peers.application("restat-services"),
                    role.equals("order")
                            ? "io.assent.peers.restat.order.RestAtOrderApplication"
                            : "io.assent.peers.restat.payment.RestAtPaymentApplication",
                    database,
                    arguments,
                    Map.of());
        });
        return new Subject(
                shop.checkouts(client),
                shop.books(NAME, true, List.of(Books.IN_DOUBT)),
                shop.cpu(),
                coordinator.cpu(),
                // Without its coordinator, which does not count.
                shop.urls());
    }

    private static MeasuredService coordinator(BenchSystem system, Peers peers) {
        int port = system.freePort();
        return system.start(
                COORDINATOR,
                port,
                system.java(
                        List.of(),
                        peers.application(COORDINATOR),
                        "io.assent.peers.restat.coordinator.RestAtCoordinator",
                        List.of(
                                Integer.toString(port),
                                system.directory(COORDINATOR + "-store").toString())),
                Map.of(),
                TRANSACTIONS);
    }
}
