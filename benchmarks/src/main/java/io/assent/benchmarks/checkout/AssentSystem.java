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
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The services with the starter, and a coordinator. A {@link Variant} is compared with {@code assent}, by processes of its own, so
 * that the ratio of the two is the cost of one setting.
 */
final class AssentSystem implements CheckoutSystem {

    private static final String NAME = "assent";

    private final String name;
    private final String description;
    private final List<String> properties;
    private final @Nullable Variant variant;

    private AssentSystem(String name, String description, List<String> properties, @Nullable Variant variant) {
        this.name = name;
        this.description = description;
        this.properties = List.copyOf(properties);
        this.variant = variant;
    }

    /** As it comes. */
    static AssentSystem answersAfterCompletion() {
        return new AssentSystem(
                NAME,
                "the services with the starter; a checkout is answered when both have committed",
                List.of(),
                null);
    }

    static AssentSystem answersAfterDecision() {
        return new AssentSystem(
                "assent-decision",
                "the same, answered as soon as COMMIT is decided: assent.coordinator.max-waiting=0",
                List.of("--assent.coordinator.max-waiting=0"),
                null);
    }

    /** As it comes, but for one setting. */
    static AssentSystem with(Variant variant) {
        return new AssentSystem(
                NAME + "-" + variant.suffix(), "as " + NAME + ", " + variant.description(), List.of(), variant);
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
        return variant == null ? FloorSystem.NAME : NAME;
    }

    @Override
    public Subject open(BenchSystem system, Workload workload, Initiator client) {
        if (variant == null) {
            MeasuredService coordinator = system.coordinator();
            ShopServices shop = shop(system, workload, coordinator, process -> Map.of());
            return subject(shop, client, coordinator, books(shop), null);
        }
        Variant.Setting setting = variant.prepare(system, workload);
        String process = name + "-coordinator";
        MeasuredService coordinator = system.startCoordinator(process, setting.coordinator(process));
        ShopServices shop = shop(system, workload, coordinator, setting::service);
        return subject(
                shop,
                client,
                coordinator,
                new VariantAudit(books(shop), setting, coordinator, shop.services()),
                setting.key());
    }

    private ShopServices shop(
            BenchSystem system,
            Workload workload,
            MeasuredService coordinator,
            Function<String, Map<String, String>> environment) {
        return ShopServices.start(system, workload, name, "", (process, role, database, further) -> {
            List<String> all = new ArrayList<>(further);
            all.addAll(BenchSystem.participant(process, coordinator));
            all.addAll(properties);
            return system.springService(
                    process,
                    role.equals("order") ? OrderApplication.class : TillApplication.class,
                    database,
                    all,
                    environment.apply(process));
        });
    }

    private Books books(ShopServices shop) {
        return shop.books(name, true, List.of(Books.IN_DOUBT));
    }

    private static Subject subject(
            ShopServices shop, Initiator client, MeasuredService coordinator, Audit audit, @Nullable String key) {
        List<URI> counting = new ArrayList<>(shop.urls());
        counting.add(coordinator.url());
        return new Subject(shop.checkouts(client), audit, shop.cpu(), coordinator.cpu(), counting, key);
    }
}
