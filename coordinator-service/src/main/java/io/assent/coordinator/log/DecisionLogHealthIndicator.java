package io.assent.coordinator.log;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/** UP while there is a server that may decide (L4); else DOWN with the reason and what to do. */
final class DecisionLogHealthIndicator extends AbstractHealthIndicator {

    private final DataSource pool;
    private final ConnectionVerifier verifier;
    private final LogProperties properties;

    DecisionLogHealthIndicator(DataSource pool, ConnectionVerifier verifier, LogProperties properties) {
        super("The decision log cannot be written");
        this.pool = pool;
        this.verifier = verifier;
        this.properties = properties;
    }

    @Override
    protected void doHealthCheck(Health.Builder health) {
        health.withDetail("mode", properties.mode().name().toLowerCase(java.util.Locale.ROOT));
        try (Connection connection = pool.getConnection()) {
            health.up().withDetail("systemIdentifier", verifier.verify(connection));
        } catch (SQLException e) {
            health.down().withDetail("reason", Causes.text(e));
        }
    }
}
