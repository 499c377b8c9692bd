package io.assent.bank;

import io.assent.bank.Transfer.Entry;
import io.assent.participant.GlobalTransactions;
import io.assent.protocol.TransactionId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnExpression;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.annotation.Transactional;

/** Entries in the database of the branches. */
@Repository
@ConditionalOnExpression("'${bank.balances:table}' != 'log'")
class SqlLedger implements Ledger {

    static final String BOOKED =
            "select account, amount, transaction_id from entry where transfer = ? order by account";

    private static final String INSERT = "insert into entry (transfer, account, amount, transaction_id)"
            + " values (:transfer, :account, :amount, :transaction)";

    private final JdbcClient sql;
    private final Balances balances;
    private final List<EntryCopy> copies;

    /** @param copies one in each further database of the branch */
    SqlLedger(JdbcClient sql, Balances balances, ObjectProvider<EntryCopy> copies) {
        this.sql = sql;
        this.balances = balances;
        this.copies = copies.stream().toList();
    }

    @Override
    @Transactional
    public void book(Transfer.Order order) {
        UUID transaction =
                GlobalTransactions.currentId().map(TransactionId::value).orElse(null);
        balances.change(order);
        List<Entry> entries = order.entries().stream()
                .sorted(Comparator.comparing(Entry::account))
                .toList();
        entries.forEach(entry -> insert(sql, order.transfer(), entry, transaction));
        copies.forEach(copy -> entries.forEach(entry -> copy.book(order.transfer(), entry, transaction)));
        if (Boolean.TRUE.equals(order.refuse())) {
            throw new RefusedException("refused", "Transfer " + order.transfer() + " is refused, as it asked for");
        }
    }

    static void insert(JdbcClient sql, String transfer, Entry entry, @Nullable UUID transaction) {
        sql.sql(INSERT)
                .param("transfer", transfer)
                .param("account", entry.account())
                .param("amount", entry.amount())
                .param("transaction", transaction, Types.OTHER)
                .update();
    }

    @Override
    public void open(List<Account> accounts) {
        balances.open(accounts);
    }

    @Override
    public Optional<Account> balance(String account) {
        return balances.balance(account);
    }

    @Override
    public List<Account> accounts() {
        return balances.accounts();
    }

    @Override
    public Sum sum() {
        return balances.sum();
    }

    @Override
    public List<Booked> booked(String transfer) {
        return sql.sql(BOOKED)
                .param(transfer)
                .query((row, number) -> booked(row))
                .list();
    }

    static Booked booked(ResultSet row) throws SQLException {
        return new Booked(row.getString("account"), row.getLong("amount"), row.getObject("transaction_id", UUID.class));
    }
}
