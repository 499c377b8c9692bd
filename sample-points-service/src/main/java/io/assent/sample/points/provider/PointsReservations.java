package io.assent.sample.points.provider;

import io.assent.sample.points.provider.PointsReservation.State;
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
    void end(UUID key, State state) {
        sql.sql("update reservation set state = ?, ended_at = now() where key = ? and state = 'RESERVED'")
                .params(state.name(), key)
                .update();
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
