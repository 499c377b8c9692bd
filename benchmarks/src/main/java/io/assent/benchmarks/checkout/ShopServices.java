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
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The order service and the payment services of one system, with a database each.
 *
 * @param orderDatabase of the order service
 * @param paymentDatabases of the payment services, in their order
 */
record ShopServices(
        Workload workload,
        MeasuredService order,
        List<MeasuredService> payments,
        Database orderDatabase,
        List<Database> paymentDatabases) {

    ShopServices {
        payments = List.copyOf(payments);
        paymentDatabases = List.copyOf(paymentDatabases);
    }

    /** Starts one of the services. */
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
    static ShopServices start(BenchSystem system, Workload workload, String name, String schema, Starter starter) {
        // A checkout needs one in each service, and some work goes on in the background.
        int connections = system.mostClients() + 4;
        List<MeasuredService> payments = new ArrayList<>();
        List<Database> paymentDatabases = new ArrayList<>();
        for (int number = 1; number < workload.branches(); number++) {
            String process = name + "-payment" + (number == 1 ? "" : "-" + number);
            Database database = system.createDatabase(process, ShopSql.PAYMENT_SCHEMA + ";" + schema);
            paymentDatabases.add(database);
            payments.add(starter.start(process, "payment", database, List.of(BenchSystem.pool(connections))));
        }
        Database orders = system.createDatabase(name + "-order", ShopSql.ORDER_SCHEMA + ";" + schema);
        MeasuredService order = starter.start(
                name + "-order",
                "order",
                orders,
                List.of(
                        BenchSystem.pool(connections),
                        "--bench.payment-urls="
                                + payments.stream()
                                        .map(payment -> payment.url().toString())
                                        .collect(Collectors.joining(",")),
                        "--bench.connections=" + system.mostClients()));
        return new ShopServices(workload, order, payments, orders, paymentDatabases);
    }

    /** What the services have to show, see {@link Books}. */
    Books books(String system, boolean atomic, List<String> unfinished) {
        return new Books(system, orderDatabase, paymentDatabases, atomic, unfinished);
    }

    /** A checkout: one call of the order service. */
    Operation checkouts(Initiator client) {
        // Two accounts for each row, so that clients on different rows never meet; hot: the first pays for all.
        return client.operation(
                Flow.LOCAL,
                new Work(
                        order.url().resolve("/checkouts"),
                        ShopSql.ACCOUNTS / 2,
                        (row, key) -> "{\"id\":\"" + key + "\",\"payer\":" + (workload.hotRow() ? 1 : 2 * row + 1)
                                + ",\"payee\":" + (2 * row + 2) + ",\"amount\":5}"));
    }

    CpuMeter cpu() {
        CpuMeter all = order.cpu();
        for (MeasuredService payment : payments) {
            all = all.and(payment.cpu());
        }
        return all;
    }

    /** All of them, the order service first. */
    List<MeasuredService> services() {
        return Stream.concat(Stream.of(order), payments.stream()).toList();
    }

    List<URI> urls() {
        return services().stream().map(MeasuredService::url).toList();
    }
}
