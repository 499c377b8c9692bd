package io.assent.demo;

import io.assent.demo.system.Database;
import io.assent.demo.system.DemoSystem;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import tools.jackson.databind.JsonNode;

/**
 * What the databases hold, read from outside of the services.
 *
 * @param moneyPence what customers and the merchant have together
 * @param openedPence what the customers' accounts were opened with
 * @param orders number of orders, cancelled ones included
 * @param orderRefunds number of refunds that the order service knows
 * @param ordersNetPence ordered less refunded
 * @param payments number of payments
 * @param paymentRefunds number of refunds that the payment service made
 * @param paymentsNetPence paid less refunded
 * @param unmatched orders and refunds without exactly their payment, and the reverse
 * @param inDoubt prepared transactions in the whole PostgreSQL
 */
record Sums(
        long moneyPence,
        long openedPence,
        long orders,
        long orderRefunds,
        long ordersNetPence,
        long payments,
        long paymentRefunds,
        long paymentsNetPence,
        long unmatched,
        long inDoubt) {

    /** One statement that must be true. */
    record Check(String statement, String left, String right, boolean holds) {

        static Check equal(String statement, Object left, Object right) {
            return new Check(statement, String.valueOf(left), String.valueOf(right), Objects.equals(left, right));
        }

        static Check money(String statement, long left, long right) {
            return new Check(statement, Money.format(left), Money.format(right), left == right);
        }
    }

    private static final String MONEY = """
            select (select coalesce(sum(balance_pence), 0) from account)
                   + (select coalesce(sum(amount_pence), 0) from ledger_entry where account = 'merchant'),
                   (select coalesce(sum(opening_balance_pence), 0) from account)
            """;
    private static final String ORDER_ENTRIES = """
            select 'PAYMENT', order_number, customer, amount_pence from shop_order where status <> 'REFUND'
            union all
            select 'REFUND', refund_number, customer, amount_pence from refund
            """;
    private static final String PAYMENT_ENTRIES = "select kind, order_number, customer, amount_pence from payment";
    private static final String IN_DOUBT =
            "select count(*), count(distinct split_part(gid, ':', 2)) from pg_prepared_xacts";

    /** Reads the databases one after the other: exact when nothing goes on meanwhile. */
    static Sums read(DemoSystem system) throws SQLException {
        List<Entry> orders = entries(system.orders(), ORDER_ENTRIES);
        List<Entry> payments = payments(system);
        try (Connection connection = system.payments().connect();
                Statement statement = connection.createStatement();
                ResultSet money = statement.executeQuery(MONEY)) {
            money.next();
            return new Sums(
                    money.getLong(1),
                    money.getLong(2),
                    count(orders, "PAYMENT"),
                    count(orders, "REFUND"),
                    net(orders),
                    count(payments, "PAYMENT"),
                    count(payments, "REFUND"),
                    net(payments),
                    unmatched(orders, payments),
                    inDoubt(system));
        }
    }

    /** Payments and refunds that the payment service has made. */
    static List<Entry> payments(DemoSystem system) throws SQLException {
        return entries(system.payments(), PAYMENT_ENTRIES);
    }

    static long inDoubt(DemoSystem system) throws SQLException {
        return inDoubt(system, 1);
    }

    /** How many services have branches in doubt. */
    static long servicesInDoubt(DemoSystem system) throws SQLException {
        return inDoubt(system, 2);
    }

    private static long inDoubt(DemoSystem system, int column) throws SQLException {
        try (Connection connection = system.postgres().superuserConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(IN_DOUBT)) {
            rows.next();
            return rows.getLong(column);
        }
    }

    /** What must hold now, given the money that was there before, accounts opened since then included. */
    List<Check> checks(long moneyBeforePence) {
        List<Check> checks = new ArrayList<>();
        checks.add(Check.money("money before = money after", moneyBeforePence, moneyPence));
        checks.add(Check.money("money = what the accounts were opened with", openedPence, moneyPence));
        checks.add(Check.equal("number of orders = number of payments", orders, payments));
        checks.add(Check.equal("number of refunds in both services", orderRefunds, paymentRefunds));
        checks.add(Check.money("orders less refunds = payments less refunds", ordersNetPence, paymentsNetPence));
        checks.add(Check.equal("orders without their payment, or the reverse", unmatched, 0L));
        checks.add(Check.equal("branches left in pg_prepared_xacts", inDoubt, 0L));
        return checks;
    }

    /** Whether the services say through their interfaces what the databases hold. */
    List<Check> apiChecks(ShopClient client) throws IOException {
        JsonNode order = client.orderSums();
        JsonNode payment = client.paymentSums();
        return List.of(
                Check.equal(
                        "orders by the order service's API = by its database",
                        order.path("orders").asLong(-1),
                        orders),
                Check.money(
                        "net by the order service's API = by its database",
                        order.path("netPence").asLong(-1),
                        ordersNetPence),
                Check.money(
                        "net by the payment service's API = by its database",
                        payment.path("netPence").asLong(-1),
                        paymentsNetPence),
                Check.money(
                        "money by the payment service's API = by its database",
                        payment.path("totalPence").asLong(-1),
                        moneyPence));
    }

    /** An order and its payment are equal entries; so are the two halves of a refund. */
    record Entry(String kind, String number, String customer, long amountPence) {}

    static long unmatched(List<Entry> orders, List<Entry> payments) {
        Map<Entry, Integer> balance = new HashMap<>();
        orders.forEach(entry -> balance.merge(entry, 1, Integer::sum));
        payments.forEach(entry -> balance.merge(entry, -1, Integer::sum));
        return balance.values().stream().mapToLong(Math::abs).sum();
    }

    private static long count(List<Entry> entries, String kind) {
        return entries.stream().filter(entry -> entry.kind().equals(kind)).count();
    }

    private static long net(List<Entry> entries) {
        return entries.stream()
                .mapToLong(entry -> entry.kind().equals("REFUND") ? -entry.amountPence() : entry.amountPence())
                .sum();
    }

    private static List<Entry> entries(Database database, String query) throws SQLException {
        List<Entry> entries = new ArrayList<>();
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            while (rows.next()) {
                entries.add(new Entry(rows.getString(1), rows.getString(2), rows.getString(3), rows.getLong(4)));
            }
        }
        return entries;
    }
}
