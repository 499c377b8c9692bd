package io.assent.bank;

import io.assent.bank.Transfer.Entry;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.annotation.Transactional;

/** Balances in the database of the entries: they change in the branch. */
@Repository
@ConditionalOnProperty(name = "bank.balances", havingValue = "table", matchIfMissing = true)
class AccountTable implements Balances {

    /** One statement: it sees one moment. */
    static final String SUM = "select count(*) as accounts, coalesce(sum(opening), 0)::bigint as openings,"
            + " coalesce(sum(balance), 0)::bigint as balances,"
            + " (select coalesce(sum(amount), 0) from entry)::bigint as entries from account";

    private final JdbcClient sql;

    AccountTable(JdbcClient sql) {
        this.sql = sql;
    }

    @Override
    public void change(Transfer.Order order) {
        // Always in one order, so that two transfers do not wait for each other here.
        order.entries().stream().sorted(Comparator.comparing(Entry::account)).forEach(this::change);
    }

    private void change(Entry entry) {
        int changed = sql.sql("update account set balance = balance + :amount"
                        + " where id = :account and balance + :amount >= 0")
                .param("amount", entry.amount())
                .param("account", entry.account())
                .update();
        if (changed == 0) {
            throw balance(entry.account()).isEmpty()
                    ? RefusedException.accountNotFound(entry.account())
                    : RefusedException.insufficientFunds(entry.account());
        }
    }

    @Override
    @Transactional
    public void open(List<Ledger.Account> accounts) {
        for (Ledger.Account account : accounts) {
            sql.sql(
                            "insert into account (id, opening, balance) values (:id, :balance, :balance) on conflict do nothing")
                    .param("id", account.id())
                    .param("balance", account.balance())
                    .update();
        }
    }

    @Override
    public Optional<Ledger.Account> balance(String account) {
        return sql.sql("select id, balance from account where id = ?")
                .param(account)
                .query(Ledger.Account.class)
                .optional();
    }

    @Override
    public List<Ledger.Account> accounts() {
        return sql.sql("select id, balance from account order by id")
                .query(Ledger.Account.class)
                .list();
    }

    @Override
    public Ledger.Sum sum() {
        return sql.sql(SUM).query(Ledger.Sum.class).single();
    }
}
