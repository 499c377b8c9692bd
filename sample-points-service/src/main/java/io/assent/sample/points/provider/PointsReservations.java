package io.assent.sample.points.provider;

import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Each change is one statement, and one that was carried out before changes nothing. */
@Component
class PointsReservations {

    /** @param points those that can be spent */
    record Balance(String customer, long points, long reserved) {}

    private final JdbcClient sql;

    PointsReservations(JdbcClient sql) {
        this.sql = sql;
    }

    /** Returns whether the key is a new one. */
    boolean reserve(UUID key, String customer, long points) {
        return sql.sql("""
                        insert into reservation (key, customer, points, state) values (?, ?, ?, 'RESERVED')
                        on conflict (key) do nothing""").params(key, customer, points).update() == 1;
    }

    /** Ends a reservation that is open. Whoever finds another state afterwards knows that somebody else was faster. */
    void capture(UUID key) {
        sql.sql("update reservation set state = 'CAPTURED', ended_at = now() where key = ? and state = 'RESERVED'")
                .param(key)
                .update();
    }

    /** The same; a key that is not known is remembered, so that a request which arrives too late reserves nothing. */
    void giveUp(UUID key) {
        sql.sql("""
                        insert into reservation (key, state, ended_at) values (?, 'VOIDED', now())
                        on conflict (key) do update set state = 'VOIDED', ended_at = now()
                        where reservation.state = 'RESERVED'""").param(key).update();
    }

    Optional<PointsReservation> find(UUID key) {
        return sql.sql("select key, customer, points, state from reservation where key = ?")
                .param(key)
                .query(PointsReservation.class)
                .optional();
    }

    Balance balance(String customer) {
        return sql.sql("""
                        select :customer as customer,
                               coalesce(sum(points) filter (where state = 'CAPTURED'), 0) as points,
                               coalesce(sum(points) filter (where state = 'RESERVED'), 0) as reserved
                        from reservation where customer = :customer""").param("customer", customer).query(Balance.class).single();
    }
}
