package io.assent.bank;

import io.assent.bank.Transfer.Entry;
import io.assent.participant.GlobalTransactions;
import io.assent.protocol.TransactionId;
import java.sql.Types;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.annotation.Transactional;

/** This bank's entries, and through them its accounts. */
@Repository
class Ledger {

    static final String INSERT = "insert into entry (transfer, account, amount, transaction_id)"
            + " values (:transfer, :account, :amount, :transaction)";

    record Account(String id, long balance) {}

    /** Over all accounts: {@code balances = openings + entries} at any moment. */
    record Sum(long accounts, long openings, long balances, long entries) {}

    /** @param transaction in which it was booked; null: in none */
    record Booked(String account, long amount, @Nullable UUID transaction) {}

    private final JdbcClient sql;
    private final Balances balances;
    private final List<EntryCopy> copies;

    /** @param copies one in each further database of the branch */
    Ledger(JdbcClient sql, Balances balances, ObjectProvider<EntryCopy> copies) {
        this.sql = sql;
        this.balances = balances;
        this.copies = copies.stream().toList();
    }

    /**
     * Books entries of a transfer.
     *
     * @throws RefusedException if an account is not there, has too little money, or {@code order} says so
     * @throws org.springframework.dao.DuplicateKeyException if the transfer has touched one of the accounts before
     */
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

    /** Opens accounts; one that is there already is left as it is. */
    void open(List<Account> accounts) {
        balances.open(accounts);
    }

    Optional<Account> balance(String account) {
        return balances.balance(account);
    }

    List<Account> accounts() {
        return balances.accounts();
    }

    Sum sum() {
        return balances.sum();
    }

    /** What a transfer has done here, by account; empty also while it is in doubt. */
    List<Booked> booked(String transfer) {
        return sql.sql("select account, amount, transaction_id from entry where transfer = ? order by account")
                .param(transfer)
                .query((row, number) -> new Booked(
                        row.getString("account"), row.getLong("amount"), row.getObject("transaction_id", UUID.class)))
                .list();
    }
}
