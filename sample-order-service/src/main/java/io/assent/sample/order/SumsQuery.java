package io.assent.sample.order;

import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Adds everything up in one statement, and so in one snapshot. */
@Component
class SumsQuery {

    /**
     * @param orders number of orders, cancelled ones included
     * @param refunds number of refunds, those without an order included
     * @param netPence paid less refunded
     */
    record Sums(long orders, long refunds, long netPence) {}

    private static final String SUMS = """
            select o.orders, r.refunds, o.pence - r.pence as net_pence
            from (select count(*) as orders, coalesce(sum(amount_pence), 0) as pence
                  from shop_order where status <> 'REFUND') o,
                 (select count(*) as refunds, coalesce(sum(amount_pence), 0) as pence from refund) r
            """;

    private final JdbcClient jdbc;

    SumsQuery(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    Sums read() {
        return jdbc.sql(SUMS).query(Sums.class).single();
    }
}
