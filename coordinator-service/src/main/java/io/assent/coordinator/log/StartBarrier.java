package io.assent.coordinator.log;

import java.net.SocketTimeoutException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import javax.sql.DataSource;

/**
 * The first write of a start in replicated mode: it comes back only when a synchronous standby has it. Which standbys there
 * are cannot be asked, since PostgreSQL hides that from ordinary users; and what counts is that one confirms.
 */
final class StartBarrier {

    /** A commit that needs no table: the schema may not be there yet. */
    private static final String WRITE = "select pg_logical_emit_message(true, 'assent', 'start')";

    private StartBarrier() {}

    /**
     * Returns when a standby has confirmed a write.
     *
     * @throws LogRefusedException if none does in time; the message says what to do
     * @throws SQLException if there is no primary
     */
    static void pass(DataSource connections, ConnectionVerifier verifier, Duration patience) throws SQLException {
        try (Connection connection = connections.getConnection()) {
            String names = names(connection);
            connection.setNetworkTimeout(Runnable::run, Math.toIntExact(patience.toMillis()));
            String doubt;
            try (Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery(WRITE)) {
                row.next();
                doubt = Warnings.after(connection, statement);
            } catch (SQLException e) {
                if (!(e.getCause() instanceof SocketTimeoutException)) {
                    throw e;
                }
                doubt = "none confirmed a write within " + patience;
            }
            if (doubt == null) {
                doubt = verifier.doubt(connection);
            }
            if (doubt != null) {
                throw new LogRefusedException("there is no synchronous standby (" + doubt
                        + "; synchronous_standby_names is '" + names + "'). Start a standby whose application_name is"
                        + " among these, and look for it in pg_stat_replication on the primary; or choose"
                        + " assent.coordinator.log.mode=single, with which decisions are lost when the disk is lost");
            }
        }
    }

    private static String names(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("show synchronous_standby_names")) {
            row.next();
            return row.getString(1);
        }
    }
}
