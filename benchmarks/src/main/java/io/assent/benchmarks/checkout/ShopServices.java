package io.assent.benchmarks.checkout;

import io.assent.benchmarks.checkout.shop.ShopSql;
import io.assent.benchmarks.load.Flow;
import io.assent.benchmarks.load.Initiator;
import io.assent.benchmarks.load.Operation;
import io.assent.benchmarks.load.Work;
import io.assent.benchmarks.system.BenchSystem;
import io.assent.benchmarks.system.CpuMeter;
import io.assent.benchmarks.system.MeasuredService;
import io.assent.demo.system.Database;
import java.net.URI;
import java.util.List;

/**
 * The order and the payment service of one system, with a database each.
 *
 * @param orderDatabase of the order service
 * @param paymentDatabase of the payment service
 */
record ShopServices(MeasuredService order, MeasuredService payment, Database orderDatabase, Database paymentDatabase) {

    /** Starts one of both services. */
    @FunctionalInterface
    interface Starter {

        /**
         * @param name of the process, unique among all
         * @param role {@code order} or {@code payment}
         * @param properties as {@code --name=value}
         */
        MeasuredService start(String name, String role, Database database, List<String> properties);
    }

    /**
     * @param name of the system
     * @param schema what the system needs in either database, besides the tables of the services
     */
    static ShopServices start(BenchSystem system, String name, String schema, Starter starter) {
        // A checkout needs one in each service, and some work goes on in the background.
        int connections = system.mostClients() + 4;
        Database payments = system.createDatabase(name + "-payment", ShopSql.PAYMENT_SCHEMA + ";" + schema);
        MeasuredService payment =
                starter.start(name + "-payment", "payment", payments, List.of(BenchSystem.pool(connections)));
        Database orders = system.createDatabase(name + "-order", ShopSql.ORDER_SCHEMA + ";" + schema);
        MeasuredService order = starter.start(
                name + "-order",
                "order",
                orders,
                List.of(
                        BenchSystem.pool(connections),
                        "--bench.payment-url=" + payment.url(),
                        "--bench.connections=" + system.mostClients()));
        return new ShopServices(order, payment, orders, payments);
    }

    /** A checkout: one call of the order service. */
    Operation checkouts(Initiator client) {
        // Two accounts for each row, so that clients on different rows never meet.
        return client.operation(
                Flow.LOCAL,
                new Work(
                        order.url().resolve("/checkouts"),
                        ShopSql.ACCOUNTS / 2,
                        (row, key) -> "{\"id\":\"" + key + "\",\"payer\":" + (2 * row + 1) + ",\"payee\":"
                                + (2 * row + 2) + ",\"amount\":5}"));
    }

    CpuMeter cpu() {
        return order.cpu().and(payment.cpu());
    }

    List<URI> urls() {
        return List.of(order.url(), payment.url());
    }
}
