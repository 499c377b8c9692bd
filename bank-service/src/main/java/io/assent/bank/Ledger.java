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
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.annotation.Transactional;

/** This bank's accounts and the entries on them. */
@Repository
class Ledger {

    record Account(String id, long balance) {}

    /** Over all accounts: {@code balances = openings + entries} at any moment. */
    record Sum(long accounts, long openings, long balances, long entries) {}

    /** @param transaction in which it was booked; null: in none */
    record Booked(String account, long amount, @Nullable UUID transaction) {}

    private final JdbcClient sql;

    Ledger(JdbcClient sql) {
        this.sql = sql;
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
        // Always in one order, so that two transfers do not wait for each other here.
        order.entries().stream()
                .sorted(Comparator.comparing(Entry::account))
                .forEach(entry -> book(order.transfer(), entry, transaction));
        if (Boolean.TRUE.equals(order.refuse())) {
            throw new RefusedException("refused", "Transfer " + order.transfer() + " is refused, as it asked for");
        }
    }

    private void book(String transfer, Entry entry, @Nullable UUID transaction) {
        int changed = sql.sql("update account set balance = balance + :amount"
                        + " where id = :account and balance + :amount >= 0")
                .param("amount", entry.amount())
                .param("account", entry.account())
                .update();
        if (changed == 0) {
            throw balance(entry.account()).isEmpty()
                    ? new RefusedException("account-not-found", "There is no account " + entry.account())
                    : new RefusedException(
                            "insufficient-funds", "Account " + entry.account() + " has too little money");
        }
        sql.sql("insert into entry (transfer, account, amount, transaction_id)"
                        + " values (:transfer, :account, :amount, :transaction)")
                .param("transfer", transfer)
                .param("account", entry.account())
                .param("amount", entry.amount())
                .param("transaction", transaction, Types.OTHER)
                .update();
    }

    /** Opens accounts; one that is there already is left as it is. */
    @Transactional
    public void open(List<Account> accounts) {
        for (Account account : accounts) {
            sql.sql(
                            "insert into account (id, opening, balance) values (:id, :balance, :balance) on conflict do nothing")
                    .param("id", account.id())
                    .param("balance", account.balance())
                    .update();
        }
    }

    Optional<Account> balance(String account) {
        return sql.sql("select id, balance from account where id = ?")
                .param(account)
                .query(Account.class)
                .optional();
    }

    List<Account> accounts() {
        return sql.sql("select id, balance from account order by id")
                .query(Account.class)
                .list();
    }

    Sum sum() {
        // One statement: it sees one moment.
        return sql.sql("select count(*) as accounts, coalesce(sum(opening), 0)::bigint as openings,"
                        + " coalesce(sum(balance), 0)::bigint as balances,"
                        + " (select coalesce(sum(amount), 0) from entry)::bigint as entries from account")
                .query(Sum.class)
                .single();
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
