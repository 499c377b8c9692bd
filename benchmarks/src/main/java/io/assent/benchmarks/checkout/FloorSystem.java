package io.assent.benchmarks.checkout;

import io.assent.benchmarks.checkout.order.OrderApplication;
import io.assent.benchmarks.checkout.payment.TillApplication;
import io.assent.benchmarks.load.Initiator;
import io.assent.benchmarks.system.BenchSystem;
import io.assent.benchmarks.system.CpuMeter;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The services of Assent with {@code assent.enabled=false}. */
final class FloorSystem implements CheckoutSystem {

    static final String NAME = "floor";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String description() {
        return "the order and the payment services with a local commit each, and nobody who makes them one";
    }

    @Override
    public String floor() {
        return NAME;
    }

    @Override
    public Subject open(BenchSystem system, Workload workload, Initiator client) {
        ShopServices shop = ShopServices.start(
                system,
                workload,
                NAME,
                "",
                (name, role, database, properties) -> system.springService(
                        name,
                        role.equals("order") ? OrderApplication.class : TillApplication.class,
                        database,
                        Stream.concat(properties.stream(), Stream.of("--assent.enabled=false"))
                                .toList(),
                        Map.of()));
        return new Subject(
                shop.checkouts(client), shop.books(NAME, false, List.of()), shop.cpu(), CpuMeter.none(), shop.urls());
    }
}
