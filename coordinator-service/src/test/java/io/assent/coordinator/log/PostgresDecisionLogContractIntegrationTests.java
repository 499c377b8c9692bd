package io.assent.coordinator.log;

import static org.awaitility.Awaitility.await;

import io.assent.coordinator.engine.DecisionLog;
import io.assent.coordinator.engine.DecisionLogContractTests;
import io.assent.embeddedpostgres.TestPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/**
 * Goal and method: as in the contract, on a real PostgreSQL; its clock runs by itself. The role is not the owner of the log and
 * has the least rights.
 */
class PostgresDecisionLogContractIntegrationTests extends DecisionLogContractTests {

    private static TestPostgres.Database owned;
    private static OpenLog opened;

    @BeforeAll
    static void open() {
        owned = TestPostgres.shared().freshDatabase("log");
        opened = OpenLog.migrated(OpenLog.restricted(owned), OpenLog.settings().build(), Instant.now());
    }

    @BeforeEach
    void clear() throws SQLException {
        try (Connection owner = OpenLog.connection(OpenLog.database(owned));
                Statement statement = owner.createStatement()) {
            statement.execute("delete from assent_transaction");
        }
    }

    @AfterAll
    static void close() {
        opened.close();
    }

    @Override
    protected DecisionLog log() {
        return opened.port();
    }

    @Override
    protected void elapse(Duration duration) {
        Instant end = now().plus(duration);
        await().pollInterval(Duration.ofMillis(5)).until(() -> now().isAfter(end));
    }
}
