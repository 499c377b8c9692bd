package io.assent.benchmarks.checkout;

import io.assent.benchmarks.checkout.shop.ShopSql;
import io.assent.benchmarks.load.Slice;
import io.assent.demo.system.Database;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;

/** The books of the order and the payment services: each order has its payments, no money is made or lost. For one thread. */
final class Books implements Audit {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration PAUSE = Duration.ofMillis(20);

    /** Transactions of this database that are neither committed nor rolled back. */
    static final String IN_DOUBT = "select count(*) from pg_prepared_xacts where database = current_database()";

    /** What tells apart two sets of ids of the same size. */
    private static final String IDS = "select count(*), coalesce(sum(hashtextextended(id, 0)::numeric), 0) from ";

    private final String system;
    private final Database orders;
    private final List<Database> payments;
    private final boolean atomic;
    private final List<String> unfinished;
    private long ordersBefore;

    private record Ids(long count, BigDecimal sum) {}

    /**
     * @param atomic whether an order without a payment is a fault even if its checkout failed
     * @param unfinished queries that count, in each database, what is still to be done
     */
    Books(String system, Database orders, List<Database> payments, boolean atomic, List<String> unfinished) {
        this.system = system;
        this.orders = orders;
        this.payments = List.copyOf(payments);
        this.atomic = atomic;
        this.unfinished = List.copyOf(unfinished);
    }

    @Override
    public void settle() throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        settle(orders, deadline);
        for (Database each : payments) {
            settle(each, deadline);
        }
    }

    private void settle(Database database, long deadline) throws InterruptedException {
        try (Connection connection = database.connect()) {
            for (String query : unfinished) {
                while (number(connection, query) > 0) {
                    if (System.nanoTime() > deadline) {
                        throw new IllegalStateException(
                                system + " has left something unfinished for " + PATIENCE.toSeconds() + " s: " + query);
                    }
                    Thread.sleep(PAUSE.toMillis());
                }
            }
        } catch (SQLException e) {
            throw unreadable(e);
        }
    }

    @Override
    public void verify(Slice slice) {
        try (Connection connection = orders.connect()) {
            Ids ordered = ids(connection, "purchase_order");
            for (Database each : payments) {
                verify(each, ordered, slice);
            }
            long made = ordered.count() - ordersBefore;
            if (made < slice.committed() || made > slice.committed() + slice.failed()) {
                throw wrong(made + " orders were written, where " + slice.committed() + " were answered and "
                        + slice.failed() + " failed");
            }
            ordersBefore = ordered.count();
        } catch (SQLException e) {
            throw unreadable(e);
        }
    }

    @Override
    public List<String> conclude() {
        return List.of();
    }

    private void verify(Database database, Ids ordered, Slice slice) throws SQLException {
        try (Connection connection = database.connect()) {
            Ids paid = ids(connection, "payment");
            if ((atomic || slice.failed() == 0) && !ordered.equals(paid)) {
                throw wrong("there are " + ordered.count() + " orders and " + paid.count()
                        + " payments, or they are not for the same");
            }
            long money = number(connection, "select sum(balance)::bigint from account");
            if (money != ShopSql.MONEY) {
                throw wrong("the accounts hold " + money + " instead of " + ShopSql.MONEY);
            }
        }
    }

    private static Ids ids(Connection connection, String table) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(IDS + table)) {
            row.next();
            return new Ids(row.getLong(1), row.getBigDecimal(2));
        }
    }

    private static long number(Connection connection, String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getLong(1);
        }
    }

    private IllegalStateException wrong(String what) {
        return new IllegalStateException("The books of " + system + " are wrong: " + what);
    }

    private IllegalStateException unreadable(SQLException e) {
        return new IllegalStateException("The books of " + system + " cannot be read: " + e.getMessage(), e);
    }
}
