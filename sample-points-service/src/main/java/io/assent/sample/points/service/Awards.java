package io.assent.sample.points.service;

import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The table of awards. */
@Component
class Awards {

    /**
     * @param points of all awards
     * @param capturedPoints of those that are the customers' already
     * @param open number of awards whose points are reserved only
     */
    record Sums(long awards, long points, long capturedPoints, long open) {}

    private final JdbcClient sql;

    Awards(JdbcClient sql) {
        this.sql = sql;
    }

    /** Returns false if the order has an award already. Waits for one that is in doubt as long as lock_timeout says. */
    boolean add(Award award) {
        return sql.sql("insert into award (order_number, customer, points) values (?, ?, ?) on conflict do nothing")
                        .params(award.orderNumber(), award.customer(), award.points())
                        .update()
                == 1;
    }

    Award get(String orderNumber) {
        return sql.sql("select order_number, customer, points from award where order_number = ?")
                .param(orderNumber)
                .query(Award.class)
                .single();
    }

    /** Exactly once for each award that has committed. */
    void captured(String orderNumber, UUID reservation) {
        int changed = sql.sql("""
                        update award set reservation = ?, captured_at = now()
                        where order_number = ? and captured_at is null""").params(reservation, orderNumber).update();
        if (changed != 1) {
            throw new IllegalStateException("The points of order " + orderNumber + " are captured under " + reservation
                    + ", but no award waits for that: it was changed or deleted by hand");
        }
    }

    Sums sums() {
        return sql.sql("""
                        select count(*) as awards,
                               coalesce(sum(points), 0) as points,
                               coalesce(sum(points) filter (where captured_at is not null), 0) as captured_points,
                               count(*) filter (where captured_at is null) as open
                        from award""").query(Sums.class).single();
    }
}
