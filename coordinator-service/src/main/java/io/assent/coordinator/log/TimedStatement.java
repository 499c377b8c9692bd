package io.assent.coordinator.log;

import io.assent.coordinator.engine.DecisionLog.Reply;
import io.assent.protocol.TransactionId;
import io.micrometer.core.instrument.Timer;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Takes the time of another statement, also of one that fails.
 *
 * @param timer hears it
 */
record TimedStatement<T extends BatchStatement.Item>(BatchStatement<T> statement, Timer timer)
        implements BatchStatement<T> {

    @Override
    public Map<TransactionId, Reply> execute(Connection connection, List<T> batch) throws SQLException {
        long start = System.nanoTime();
        try {
            return statement.execute(connection, batch);
        } finally {
            timer.record(System.nanoTime() - start, TimeUnit.NANOSECONDS);
        }
    }
}
