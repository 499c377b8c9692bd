package io.assent.benchmarks.checkout.shop;

import org.springframework.jdbc.core.simple.JdbcClient;

/** Writes orders, in the caller's transaction. Thread-safe. */
public final class OrderDesk {

    private final JdbcClient sql;

    public OrderDesk(JdbcClient sql) {
        this.sql = sql;
    }

    public void insert(Purchase purchase) {
        sql.sql(ShopSql.INSERT_ORDER)
                .param(purchase.id())
                .param(purchase.payer())
                .param(purchase.amount())
                .update();
    }
}
