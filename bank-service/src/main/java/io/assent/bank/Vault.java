package io.assent.bank;

import com.zaxxer.hikari.HikariDataSource;
import io.assent.bank.Transfer.Entry;
import io.assent.participant.GlobalTransactions;
import io.assent.participant.Reservation;
import io.assent.participant.TryConfirmCancel;
import io.assent.protocol.TransactionId;
import io.micrometer.core.instrument.MeterRegistry;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.flywaydb.core.Flyway;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.jdbc.UncategorizedSQLException;
import org.springframework.stereotype.Repository;

/**
 * Balances that somebody else keeps and that cannot be prepared: money is reserved, and the reservation confirmed or cancelled
 * when the branch has ended. Each operation is one local transaction of one statement there, and knows its reservation by the
 * key.
 */
@Repository
@ConditionalOnProperty(name = "bank.balances", havingValue = "vault")
class Vault implements Balances, DisposableBean {

    private static final String ACCOUNT_NOT_FOUND = "BK404";
    private static final String INSUFFICIENT_FUNDS = "BK409";

    /** A pool that Spring's transactions know nothing of. */
    private final HikariDataSource pool;

    @FunctionalInterface
    private interface Reader<T> {
        T read(ResultSet rows) throws SQLException;
    }

    @FunctionalInterface
    private interface Setter {
        void set(PreparedStatement statement) throws SQLException;
    }

    Vault(BankProperties properties, MeterRegistry meters) {
        // Shorter than assent.participant.reservations.cancel-delay: a try of a dead process is over by then.
        HikariDataSource made = StorePool.of(properties, 4, meters);
        Flyway.configure()
                .dataSource(made)
                .locations("classpath:db/vault")
                .load()
                .migrate();
        pool = made;
    }

    @Override
    @TryConfirmCancel(name = "Vault.change", confirm = "confirm", cancel = "cancel")
    public void change(Transfer.Order order) {
        UUID transaction =
                GlobalTransactions.currentId().map(TransactionId::value).orElseThrow();
        String[] accounts = order.entries().stream().map(Entry::account).toArray(String[]::new);
        Long[] amounts = order.entries().stream().map(Entry::amount).toArray(Long[]::new);
        query(
                "select reserve(?, ?, ?, ?, ?)",
                statement -> {
                    Array names = statement.getConnection().createArrayOf("text", accounts);
                    Array changes = statement.getConnection().createArrayOf("bigint", amounts);
                    statement.setObject(1, Reservation.key());
                    statement.setObject(2, transaction);
                    statement.setString(3, order.transfer());
                    statement.setArray(4, names);
                    statement.setArray(5, changes);
                },
                rows -> true);
    }

    void confirm(Transfer.Order order) {
        end("select confirm(?)");
    }

    void cancel(Transfer.Order order) {
        end("select cancel(?)");
    }

    private void end(String call) {
        query(call, statement -> statement.setObject(1, Reservation.key()), rows -> true);
    }

    @Override
    public void open(List<Ledger.Account> accounts) {
        String[] names = accounts.stream().map(Ledger.Account::id).toArray(String[]::new);
        Long[] openings = accounts.stream().map(Ledger.Account::balance).toArray(Long[]::new);
        query(
                "select open_accounts(?, ?)",
                statement -> {
                    statement.setArray(1, statement.getConnection().createArrayOf("text", names));
                    statement.setArray(2, statement.getConnection().createArrayOf("bigint", openings));
                },
                rows -> true);
    }

    @Override
    public Optional<Ledger.Account> balance(String account) {
        return query(
                        "select id, balance from account where id = ?",
                        statement -> statement.setString(1, account),
                        Vault::accounts)
                .stream()
                .findFirst();
    }

    @Override
    public List<Ledger.Account> accounts() {
        return query("select id, balance from account order by id", statement -> {}, Vault::accounts);
    }

    @Override
    public Ledger.Sum sum() {
        // One statement: it sees one moment. Only what is confirmed counts, on both sides.
        return query(
                "select count(*), coalesce(sum(opening), 0)::bigint, coalesce(sum(balance), 0)::bigint,"
                        + " (select coalesce(sum(c.amount), 0) from reservation r join change c using (key)"
                        + " where r.state = 'CONFIRMED')::bigint from account",
                statement -> {},
                rows -> {
                    rows.next();
                    return new Ledger.Sum(rows.getLong(1), rows.getLong(2), rows.getLong(3), rows.getLong(4));
                });
    }

    private static List<Ledger.Account> accounts(ResultSet rows) throws SQLException {
        List<Ledger.Account> accounts = new ArrayList<>();
        while (rows.next()) {
            accounts.add(new Ledger.Account(rows.getString(1), rows.getLong(2)));
        }
        return accounts;
    }

    private <T> T query(String sql, Setter parameters, Reader<T> reader) {
        try (Connection connection = pool.getConnection();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            parameters.set(statement);
            try (ResultSet rows = statement.executeQuery()) {
                return reader.read(rows);
            }
        } catch (SQLException e) {
            throw refusal(sql, e);
        }
    }

    private static RuntimeException refusal(String sql, SQLException e) {
        String state = String.valueOf(e.getSQLState());
        String account = e.getMessage() == null ? "" : e.getMessage().replaceFirst("(?s)^ERROR: (\\S+).*", "$1");
        return switch (state) {
            case ACCOUNT_NOT_FOUND -> RefusedException.accountNotFound(account);
            case INSUFFICIENT_FUNDS -> RefusedException.insufficientFunds(account);
            default -> new UncategorizedSQLException("vault", sql, e);
        };
    }

    @Override
    public void destroy() {
        pool.close();
    }
}
