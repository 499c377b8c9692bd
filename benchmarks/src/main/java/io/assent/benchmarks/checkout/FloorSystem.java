package io.assent.benchmarks.checkout;

import io.assent.benchmarks.checkout.order.OrderApplication;
import io.assent.benchmarks.checkout.payment.TillApplication;
import io.assent.benchmarks.load.Initiator;
import io.assent.benchmarks.system.BenchSystem;
import io.assent.benchmarks.system.CpuMeter;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The services of Assent with {@code assent.enabled=false}. A {@link Variant} of it tells what a setting costs where there is no Assent.
 */
final class FloorSystem implements CheckoutSystem {

    static final String NAME = "floor";

    private final String name;
    private final String description;
    private final @Nullable Variant variant;

    private FloorSystem(String name, String description, @Nullable Variant variant) {
        this.name = name;
        this.description = description;
        this.variant = variant;
    }

    /** As it comes. */
    static FloorSystem plain() {
        return new FloorSystem(
                NAME,
                "the order and the payment services with a local commit each, and nobody who makes them one",
                null);
    }

    /** As it comes, but for one setting. */
    static FloorSystem with(Variant variant) {
        return new FloorSystem(NAME + "-" + variant.suffix(), "as " + NAME + ", " + variant.description(), variant);
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
        return NAME;
    }

    @Override
    public Subject open(BenchSystem system, Workload workload, Initiator client) {
        if (variant == null) {
            ShopServices shop = shop(system, workload, process -> Map.of());
            return subject(shop, client, books(shop));
        }
        Variant.Setting setting = variant.prepare(system, workload);
        ShopServices shop = shop(system, workload, setting::service);
        return subject(shop, client, new VariantAudit(books(shop), setting, null, shop.services()));
    }

    private ShopServices shop(
            BenchSystem system, Workload workload, Function<String, Map<String, String>> environment) {
        return ShopServices.start(
                system,
                workload,
                name,
                "",
                (process, role, database, properties) -> system.springService(
                        process,
                        role.equals("order") ? OrderApplication.class : TillApplication.class,
                        database,
                        Stream.concat(properties.stream(), Stream.of("--assent.enabled=false"))
                                .toList(),
                        environment.apply(process)));
    }

    private Books books(ShopServices shop) {
        return shop.books(name, false, List.of());
    }

    private static Subject subject(ShopServices shop, Initiator client, Audit audit) {
        return new Subject(shop.checkouts(client), audit, shop.cpu(), CpuMeter.none(), shop.urls());
    }
}
