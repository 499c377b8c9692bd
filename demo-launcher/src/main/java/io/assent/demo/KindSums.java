package io.assent.demo;

import io.assent.demo.Sums.Check;
import io.assent.demo.Sums.Entry;
import io.assent.demo.system.AllKinds;
import io.assent.demo.system.Database;
import io.assent.demo.system.DemoSystem;
import io.assent.demo.system.Receipts;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What services, provider and broker have of loyalty points and receipts, since ever: orders and payments from the time before there
 * were any are among them, so only what was added between two readings tells something.
 *
 * @param due points that the orders are worth
 * @param noted points that the points service has noted
 * @param captured points that the provider has given
 * @param payments payments and refunds
 * @param receipts messages in the queue
 * @param open reservations that are neither captured nor given up, at the provider or in the points service
 * @param preparedInBroker transactions in doubt in the broker
 */
record KindSums(
        List<Points> due,
        List<Points> noted,
        List<Points> captured,
        List<Entry> payments,
        List<Entry> receipts,
        long open,
        long preparedInBroker) {

    /**
     * Points of one order.
     *
     * @param key the order's number, or, at the provider, who knows of no orders, the key of the reservation
     */
    record Points(String key, String customer, long points) {}

    private static final String DUE = """
            select order_number, customer, amount_pence / 100
            from shop_order where status <> 'REFUND' and amount_pence >= 100
            """;
    private static final String NOTED = "select order_number, customer, points from award";
    private static final String KEYS =
            "select reservation::text, order_number from award where reservation is not null";
    private static final String CAPTURED =
            "select key::text, customer, points from reservation where state = 'CAPTURED'";
    private static final String OPEN_AT_PROVIDER = "select count(*) from reservation where state = 'RESERVED'";
    private static final String OPEN_IN_SERVICE = "select count(*) from assent_reservation";
    private static final JsonMapper JSON = JsonMapper.builder().build();

    /** Reads one after the other: exact when nothing goes on meanwhile. Null without services of all kinds. */
    static @Nullable KindSums read(DemoSystem system) throws SQLException {
        AllKinds kinds = system.allKinds();
        if (kinds == null) {
            return null;
        }
        Receipts receipts = Receipts.in(kinds);
        return new KindSums(
                points(system.orders(), DUE),
                points(kinds.points(), NOTED),
                byOrder(points(kinds.provider(), CAPTURED), keys(kinds.points())),
                Sums.payments(system),
                receipts.texts().stream().map(KindSums::receipt).toList(),
                open(kinds),
                receipts.inDoubt());
    }

    static long open(AllKinds kinds) throws SQLException {
        return count(kinds.provider(), OPEN_AT_PROVIDER) + count(kinds.points(), OPEN_IN_SERVICE);
    }

    /** What must hold now, given what was before. */
    List<Check> checks(KindSums before) {
        return List.of(
                Check.equal(
                        "points due by orders = points noted",
                        sum(due) - sum(before.due),
                        sum(noted) - sum(before.noted)),
                Check.equal(
                        "points noted = points captured at the provider",
                        sum(noted) - sum(before.noted),
                        sum(captured) - sum(before.captured)),
                Check.equal(
                        "orders without just their points, or the reverse",
                        unmatched(new Added<>(due, before.due), new Added<>(captured, before.captured)),
                        0L),
                Check.equal("reservations of points left open", open, 0L),
                Check.equal(
                        "payments and refunds = receipts in the queue",
                        payments.size() - before.payments.size(),
                        receipts.size() - before.receipts.size()),
                Check.equal(
                        "receipts lost, doubled, or of nothing",
                        unmatched(new Added<>(payments, before.payments), new Added<>(receipts, before.receipts)),
                        0L),
                Check.equal("branches left in the broker", preparedInBroker, 0L));
    }

    /** What there is now and was not there before; each as often as it is there. */
    record Added<T>(List<T> now, List<T> before) {}

    /** How many entries one side has and the other has not. What vanished from a side counts as well. */
    static <T> long unmatched(Added<T> left, Added<T> right) {
        Map<T, Integer> balance = new HashMap<>();
        left.now().forEach(entry -> balance.merge(entry, 1, Integer::sum));
        left.before().forEach(entry -> balance.merge(entry, -1, Integer::sum));
        right.now().forEach(entry -> balance.merge(entry, -1, Integer::sum));
        right.before().forEach(entry -> balance.merge(entry, 1, Integer::sum));
        return balance.values().stream().mapToLong(Math::abs).sum();
    }

    private static long sum(List<Points> points) {
        return points.stream().mapToLong(Points::points).sum();
    }

    /** The provider's reservations under the numbers of their orders; one that nobody knows of keeps its key. */
    private static List<Points> byOrder(List<Points> captured, Map<String, String> orders) {
        return captured.stream()
                .map(points ->
                        new Points(orders.getOrDefault(points.key(), points.key()), points.customer(), points.points()))
                .toList();
    }

    static Entry receipt(String json) {
        JsonNode receipt = JSON.readTree(json);
        return new Entry(
                receipt.path("kind").asString(""),
                receipt.path("orderNumber").asString(""),
                receipt.path("customer").asString(""),
                receipt.path("amountPence").asLong(0));
    }

    private static List<Points> points(Database database, String query) throws SQLException {
        return read(database, query, row -> new Points(row.getString(1), row.getString(2), row.getLong(3)));
    }

    private static Map<String, String> keys(Database database) throws SQLException {
        Map<String, String> keys = new HashMap<>();
        read(database, KEYS, row -> Map.entry(row.getString(1), row.getString(2)))
                .forEach(key -> keys.put(key.getKey(), key.getValue()));
        return keys;
    }

    private static long count(Database database, String query) throws SQLException {
        return read(database, query, row -> row.getLong(1)).get(0);
    }

    private interface RowReader<T> {
        T read(ResultSet row) throws SQLException;
    }

    private static <T> List<T> read(Database database, String query, RowReader<T> reader) throws SQLException {
        List<T> rows = new ArrayList<>();
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            while (row.next()) {
                rows.add(reader.read(row));
            }
        }
        return rows;
    }
}
