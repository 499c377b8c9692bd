package io.assent.benchmarks.checkout.shop;

import org.springframework.jdbc.core.simple.JdbcClient;

/** Moves money, in the caller's transaction. Thread-safe. */
public final class Till {

    private final JdbcClient sql;

    public Till(JdbcClient sql) {
        this.sql = sql;
    }

    public void take(Purchase purchase) {
        sql.sql(ShopSql.INSERT_PAYMENT)
                .param(purchase.id())
                .param(purchase.payer())
                .param(purchase.payee())
                .param(purchase.amount())
                .update();
        change(purchase.payer(), -purchase.amount());
        change(purchase.payee(), purchase.amount());
    }

    private void change(int account, long amount) {
        int changed =
                sql.sql(ShopSql.CHANGE_BALANCE).param(amount).param(account).update();
        if (changed != 1) {
            throw new IllegalArgumentException("There is no account " + account);
        }
    }
}
