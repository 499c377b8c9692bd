package io.assent.participant.postgres;

import io.assent.participant.engine.BranchResourceException;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;

/** Work on a connection of its own; what SQL says of a failure is told in one way. */
final class Connections {

    private Connections() {}

    /** What is done on a connection. */
    @FunctionalInterface
    interface Work<T> {
        T on(Connection connection) throws SQLException;
    }

    /**
     * @param what for people: "could not ..."
     * @throws BranchResourceException for every SQLException
     */
    static <T> T with(DataSource dataSource, String what, Work<T> work) {
        try (Connection connection = dataSource.getConnection()) {
            return work.on(connection);
        } catch (SQLException e) {
            throw new BranchResourceException("could not " + what + " (" + SqlStates.describe(e) + ")", e);
        }
    }
}
