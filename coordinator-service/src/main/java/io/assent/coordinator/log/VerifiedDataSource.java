package io.assent.coordinator.log;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/** Hands out new connections that were verified (L4), for the pool. Thread-safe. */
final class VerifiedDataSource extends DelegatingDataSource {

    private final ConnectionVerifier verifier;

    VerifiedDataSource(DataSource target, ConnectionVerifier verifier) {
        super(target);
        this.verifier = verifier;
    }

    @Override
    public Connection getConnection() throws SQLException {
        Connection connection = super.getConnection();
        try {
            verifier.verify(connection);
            return connection;
        } catch (SQLException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    @Override
    public Connection getConnection(String username, String password) throws SQLException {
        throw new SQLException("the decision log has one user");
    }
}
