package io.assent.coordinator.log;

import com.zaxxer.hikari.pool.HikariPool;
import java.sql.SQLException;

/** Says for people why there is no connection: a pool wraps the reason, and the reason is what helps. */
final class Causes {

    private Causes() {}

    static String text(SQLException e) {
        Throwable reason = e;
        while (reason.getCause() != null
                && (reason instanceof java.sql.SQLTransientConnectionException
                        || reason instanceof HikariPool.PoolInitializationException)) {
            reason = reason.getCause();
        }
        return String.valueOf(reason.getMessage());
    }
}
