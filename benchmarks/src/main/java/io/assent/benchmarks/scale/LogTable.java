package io.assent.benchmarks.scale;

import io.assent.demo.system.Database;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/** What a decision log holds, read from its database. Thread-safe. */
final class LogTable {

    private final Database log;

    LogTable(Database log) {
        this.log = log;
    }

    /** Of all partitions, with their indexes, in bytes. */
    long bytes() {
        return number("select coalesce(sum(pg_total_relation_size(p.relid)), 0)::bigint"
                + " from pg_partition_tree('assent_transaction') p where p.isleaf");
    }

    /** Transactions that are begun and not decided. */
    long undecided() {
        return number("select count(*) from assent_transaction where completed_at is null and verdict is null");
    }

    /** Transactions of this label that are decided and not complete. */
    long unfinished(String name) {
        return number(
                "select count(*) from assent_transaction"
                        + " where name = ? and completed_at is null and verdict is not null",
                name);
    }

    /**
     * Transactions of this label that have ended so.
     *
     * @param outcome such as COMMITTED
     */
    long ended(String name, String outcome) {
        return number(
                "select count(*) from assent_transaction where name = ? and completed_at is not null and outcome = ?",
                name,
                outcome);
    }

    /** How often recovery passes have taken over one of the transactions that are not complete. */
    long takenOver() {
        return number("select coalesce(sum(attempts), 0)::bigint from assent_transaction where completed_at is null");
    }

    private long number(String sql, String... parameters) {
        try (Connection connection = log.connect();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setString(i + 1, parameters[i]);
            }
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        } catch (SQLException e) {
            throw new IllegalStateException("The log cannot be read: " + e.getMessage(), e);
        }
    }
}
