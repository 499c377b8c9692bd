package io.assent.demo;

import io.assent.demo.Sums.Check;
import io.assent.demo.system.Database;
import io.assent.demo.system.DemoSystem;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the databases of the order service and of the stock service say of the goods, since ever: orders from the time
 * before there was a stock service are among them, so only differences between two readings tell something.
 *
 * @param available pieces in stock
 * @param reserved pieces that were taken from it
 * @param ordered pieces in committed orders
 * @param unmatched lines of orders without exactly their reservation, and the reverse
 */
record StockSums(long available, long reserved, long ordered, long unmatched) {

    /** A line of an order and its reservation are equal entries; the key is made of the order's number and the article. */
    record Entry(String key, long pieces) {}

    private static final String LINES = """
            select o.order_number || '.' || l.sku, l.quantity
            from shop_order o join order_line l on l.order_id = o.id
            """;
    private static final String RESERVATIONS = "select key, quantity from reservation";
    private static final String AVAILABLE = "select sku, available from stock";

    /** Reads the databases one after the other: exact when nothing goes on meanwhile. Null without a stock service. */
    static @Nullable StockSums read(DemoSystem system) throws SQLException {
        Database stock = system.stock();
        if (stock == null) {
            return null;
        }
        List<Entry> lines = entries(system.orders(), LINES);
        List<Entry> reservations = entries(stock, RESERVATIONS);
        return new StockSums(
                pieces(entries(stock, AVAILABLE)), pieces(reservations), pieces(lines), unmatched(lines, reservations));
    }

    /** What must hold now, given what was before; nothing was delivered meanwhile. */
    List<Check> checks(StockSums before) {
        long sold = ordered - before.ordered;
        return List.of(
                Check.equal(
                        "pieces before = pieces after + pieces in committed orders",
                        before.available,
                        available + sold),
                Check.equal("pieces in committed orders = pieces reserved", sold, reserved - before.reserved),
                Check.equal("order lines without their reservation, or the reverse", unmatched - before.unmatched, 0L));
    }

    static long unmatched(List<Entry> lines, List<Entry> reservations) {
        Map<Entry, Integer> balance = new HashMap<>();
        lines.forEach(entry -> balance.merge(entry, 1, Integer::sum));
        reservations.forEach(entry -> balance.merge(entry, -1, Integer::sum));
        return balance.values().stream().mapToLong(Math::abs).sum();
    }

    private static long pieces(List<Entry> entries) {
        return entries.stream().mapToLong(Entry::pieces).sum();
    }

    private static List<Entry> entries(Database database, String query) throws SQLException {
        List<Entry> entries = new ArrayList<>();
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            while (rows.next()) {
                entries.add(new Entry(rows.getString(1), rows.getLong(2)));
            }
        }
        return entries;
    }
}
