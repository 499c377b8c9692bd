package io.assent.sample.payment;

import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Adds everything up in one statement, and so in one snapshot: payments that go on meanwhile cannot bend the sums. */
@Component
class SumsQuery {

    /**
     * @param accounts number of customers' accounts
     * @param totalPence what customers and the merchant have together
     * @param payments number of payments
     * @param refunds number of refunds
     * @param netPence payments less refunds, which is what the merchant has
     */
    record Sums(long accounts, long totalPence, long payments, long refunds, long netPence) {}

    private static final String SUMS = """
            select a.accounts, a.pence + l.pence as total_pence, p.payments, p.refunds, p.net_pence
            from (select count(*) as accounts, coalesce(sum(balance_pence), 0) as pence from account) a,
                 (select coalesce(sum(amount_pence), 0) as pence from ledger_entry where account = 'merchant') l,
                 (select count(*) filter (where kind = 'PAYMENT') as payments,
                         count(*) filter (where kind = 'REFUND') as refunds,
                         coalesce(sum(case kind when 'PAYMENT' then amount_pence else -amount_pence end), 0) as net_pence
                  from payment) p
            """;

    private final JdbcClient jdbc;

    SumsQuery(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    Sums read() {
        return jdbc.sql(SUMS).query(Sums.class).single();
    }
}
