package io.assent.coordinator.log;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/**
 * Looks where a cancelled wait for the standby shows (L1): the statement succeeds, {@code commit()} returns, and only a
 * warning tells. Its text depends on the server's language, so any warning counts: a write of this log has no other.
 */
final class Warnings {

    private Warnings() {}

    /** @return what was warned of after a write; null if nothing: the write is clean */
    static @Nullable String after(Connection connection, Statement statement) throws SQLException {
        String warning = text(statement.getWarnings());
        return warning != null ? warning : after(connection);
    }

    /** @return what was warned of after a commit; null if nothing: the commit is clean */
    static @Nullable String after(Connection connection) throws SQLException {
        return text(connection.getWarnings());
    }

    private static @Nullable String text(@Nullable SQLWarning warning) {
        return warning == null ? null : warning.getSQLState() + " " + warning.getMessage();
    }
}
