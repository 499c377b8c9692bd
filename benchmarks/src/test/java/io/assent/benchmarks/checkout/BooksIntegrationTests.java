package io.assent.benchmarks.checkout;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.assent.benchmarks.checkout.shop.ShopSql;
import io.assent.benchmarks.load.Slice;
import io.assent.demo.system.Database;
import io.assent.embeddedpostgres.TestPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Goal: no system that lost or made something is reported. Method: two real databases, filled by hand. */
class BooksIntegrationTests {

    private final Database orders = database("orders");
    private final Database payments = database("payments");

    private static Database database(String name) {
        TestPostgres.Database fresh = TestPostgres.shared().freshDatabase(name);
        return new Database(fresh.jdbcUrl(), fresh.username(), fresh.password());
    }

    @BeforeEach
    void tables() throws SQLException {
        execute(orders, ShopSql.ORDER_SCHEMA);
        execute(payments, ShopSql.PAYMENT_SCHEMA);
    }

    @Test
    void ordersThatHaveTheirPaymentsAreAccepted() throws SQLException {
        order("1");
        payment("1");

        assertThatCode(() -> books(true).verify(slice(1, 0))).doesNotThrowAnyException();
    }

    @Test
    void anOrderWithoutItsPaymentIsAFaultEvenIfItsCheckoutFailed() throws SQLException {
        order("1");

        assertThatThrownBy(() -> books(true).verify(slice(0, 1)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("1 orders and 0 payments");
        assertThatCode(() -> books(false).verify(slice(0, 1))).doesNotThrowAnyException();
    }

    @Test
    void aPaymentForAnotherOrderIsAFault() throws SQLException {
        order("1");
        payment("2");

        assertThatThrownBy(() -> books(false).verify(slice(1, 0))).hasMessageContaining("not for the same");
    }

    @Test
    void everyPaymentServiceHasToHaveThePayment() throws SQLException {
        Database others = database("other_payments");
        execute(others, ShopSql.PAYMENT_SCHEMA);
        order("1");
        payment("1");
        Books books = new Books("test", orders, List.of(payments, others), true, List.of());

        assertThatThrownBy(() -> books.verify(slice(1, 0))).hasMessageContaining("1 orders and 0 payments");
    }

    @Test
    void moneyIsNeitherMadeNorLost() throws SQLException {
        execute(payments, "update account set balance = balance + 1 where id = 7");

        assertThatThrownBy(() -> books(true).verify(slice(0, 0)))
                .hasMessageContaining("the accounts hold " + (ShopSql.MONEY + 1));
    }

    @Test
    void whatWasAnsweredIsThereAndNothingElse() throws SQLException {
        Books books = books(true);
        order("1");
        payment("1");

        assertThatThrownBy(() -> books.verify(slice(2, 0))).hasMessageContaining("1 orders were written, where 2");
        assertThatThrownBy(() -> books.verify(slice(0, 0))).hasMessageContaining("1 orders were written, where 0");
        assertThatCode(() -> books.verify(slice(0, 1))).doesNotThrowAnyException();
        assertThatCode(() -> books.verify(slice(0, 0))).doesNotThrowAnyException();
    }

    private Books books(boolean atomic) {
        return new Books("test", orders, List.of(payments), atomic, List.of(Books.IN_DOUBT));
    }

    private static Slice slice(int committed, int failed) {
        Histogram micros = new Histogram(3);
        for (int i = 0; i < committed; i++) {
            micros.recordValue(1);
        }
        return new Slice(micros, failed, 0, 0, Duration.ofSeconds(1), null);
    }

    private void order(String id) throws SQLException {
        execute(orders, "insert into purchase_order (id, payer, amount) values ('" + id + "', 1, 5)");
    }

    private void payment(String id) throws SQLException {
        execute(payments, "insert into payment (id, payer, payee, amount) values ('" + id + "', 1, 2, 5)");
    }

    private static void execute(Database database, String sql) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
