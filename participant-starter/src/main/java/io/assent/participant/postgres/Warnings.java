package io.assent.participant.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/**
 * Looks where a cancelled wait for the standby shows (L1): the statement succeeds, and only a warning tells. Its text depends
 * on the server's language, so any warning counts.
 */
final class Warnings {

    private Warnings() {}

    /** What the server warned of since the warnings were last cleared; null if nothing: the write is clean. */
    static @Nullable SQLWarning after(Connection connection, Statement statement) throws SQLException {
        SQLWarning warning = statement.getWarnings();
        return warning != null ? warning : connection.getWarnings();
    }
}
