package io.assent.benchmarks.service;

import java.util.List;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Two rows in the main database for each payment, and what the further resources add. */
@Service
class Payments {

    private final JdbcClient sql;
    private final List<FurtherResource> further;

    Payments(JdbcClient sql, ObjectProvider<FurtherResource> further) {
        this.sql = sql;
        this.further = further.orderedStream().toList();
    }

    @Transactional
    public void take(Payment payment) {
        int changed = sql.sql("update account set balance = balance - ? where id = ?")
                .param(payment.amount())
                .param(payment.account())
                .update();
        if (changed != 1) {
            throw new IllegalArgumentException("There is no account " + payment.account());
        }
        sql.sql("insert into payment (id, account, amount) values (?, ?, ?)")
                .param(payment.id())
                .param(payment.account())
                .param(payment.amount())
                .update();
        further.forEach(resource -> resource.write(payment));
    }
}
