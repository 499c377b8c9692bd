package io.assent.benchmarks.checkout;

import io.assent.benchmarks.checkout.order.OrderApplication;
import io.assent.benchmarks.checkout.payment.TillApplication;
import io.assent.benchmarks.load.Initiator;
import io.assent.benchmarks.system.BenchSystem;
import io.assent.benchmarks.system.MeasuredService;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The services with the starter, and a coordinator. */
final class AssentSystem implements CheckoutSystem {

    private final String name;
    private final String description;
    private final List<String> properties;

    private AssentSystem(String name, String description, List<String> properties) {
        this.name = name;
        this.description = description;
        this.properties = List.copyOf(properties);
    }

    /** As it comes. */
    static AssentSystem answersAfterCompletion() {
        return new AssentSystem(
                "assent", "the services with the starter; a checkout is answered when both have committed", List.of());
    }

    static AssentSystem answersAfterDecision() {
        return new AssentSystem(
                "assent-decision",
                "the same, answered as soon as COMMIT is decided: assent.coordinator.max-waiting=0",
                List.of("--assent.coordinator.max-waiting=0"));
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String description() {
        return description;
    }

    @Override
    public String floor() {
        return FloorSystem.NAME;
    }

    @Override
    public Subject open(BenchSystem system, Workload workload, Initiator client) {
        ShopServices shop = ShopServices.start(system, workload, name, "", (process, role, database, further) -> {
            List<String> all = new ArrayList<>(further);
            all.addAll(system.participant(process));
            all.addAll(properties);
            return system.springService(
                    process,
                    role.equals("order") ? OrderApplication.class : TillApplication.class,
                    database,
                    all,
                    Map.of());
        });
        MeasuredService coordinator = system.coordinator();
        List<URI> counting = new ArrayList<>(shop.urls());
        counting.add(coordinator.url());
        return new Subject(
                shop.checkouts(client),
                shop.books(name, true, List.of(Books.IN_DOUBT)),
                shop.cpu(),
                coordinator.cpu(),
                counting);
    }
}
