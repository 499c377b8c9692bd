package io.assent.benchmarks.service;

import javax.sql.DataSource;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** One row in a second PostgreSQL database. */
@Component
@ConditionalOnProperty("assent.participant.jta.databases.ledger.url")
class LedgerDatabase implements FurtherResource {

    private final JdbcClient sql;

    LedgerDatabase(@Qualifier("ledger") DataSource ledger) {
        this.sql = JdbcClient.create(ledger);
    }

    @Override
    public void write(Payment payment) {
        sql.sql("insert into entry (payment, amount) values (?, ?)")
                .param(payment.id())
                .param(payment.amount())
                .update();
    }
}
