package io.assent.coordinator.log;

import static org.awaitility.Awaitility.await;

import io.assent.coordinator.engine.DecisionLog;
import io.assent.coordinator.engine.DecisionLogContractTests;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/** Goal and method: as in the contract, on a real PostgreSQL; its clock runs by itself. */
class PostgresDecisionLogContractIntegrationTests extends DecisionLogContractTests {

    private static OpenLog opened;

    @BeforeAll
    static void open() {
        opened = OpenLog.open(OpenLog.freshDatabase(), OpenLog.settings().build());
    }

    @BeforeEach
    void clear() {
        opened.execute("delete from assent_transaction");
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
