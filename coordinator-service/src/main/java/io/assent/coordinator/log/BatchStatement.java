package io.assent.coordinator.log;

import io.assent.coordinator.engine.DecisionLog.Reply;
import io.assent.protocol.TransactionId;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;

/**
 * One autocommit statement that writes many items.
 *
 * @param <T> what it writes
 */
interface BatchStatement<T extends BatchStatement.Item> {

    /**
     * Executes it.
     *
     * @param batch sorted by id, ids unique
     * @return a reply for each; INDETERMINATE for all when there was any warning (L1)
     * @throws SQLException as the server or the driver said; {@link SqlFailure} tells what it means
     */
    Map<TransactionId, Reply> execute(Connection connection, List<T> batch) throws SQLException;

    /** Something to write for one transaction. */
    interface Item {

        /** The transaction. */
        TransactionId id();
    }
}
