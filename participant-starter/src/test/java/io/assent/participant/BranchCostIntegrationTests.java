package io.assent.participant;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.embeddedpostgres.EmbeddedPostgres;
import io.assent.embeddedpostgres.TestPostgres;
import io.assent.participant.support.Caller;
import io.assent.participant.support.PaymentApplication;
import io.assent.participant.support.Running;
import io.assent.participant.support.TestCoordinator;
import io.assent.protocol.header.TransactionContext;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Goal: what the starter sends to the database for a branch does not grow unnoticed. Method: PostgreSQL counts the
 * statements (pg_stat_statements).
 */
class BranchCostIntegrationTests {

    private static final int BRANCHES = 20;

    @TempDir
    Path directory;

    /** The service's own {@code assent.participant.lock-timeout} is 500 ms. */
    @ParameterizedTest
    @CsvSource({"0, 20", "10s, 20", "400ms, 0"})
    void a_branch_is_two_statements_and_its_end_is_one(String lockTimeout, int set) throws Exception {
        try (EmbeddedPostgres server = EmbeddedPostgres.builder()
                        .dataDirectory(directory)
                        .setting("shared_preload_libraries", "pg_stat_statements")
                        .start();
                TestCoordinator coordinator = new TestCoordinator()) {
            server.createDatabase("payment", "payment", "payment");
            TestPostgres.Database database =
                    new TestPostgres.Database(server.jdbcUrl("payment"), "payment", "payment", "payment");
            try (Connection counting = server.superuserConnection();
                    Running payment = Running.start(
                            PaymentApplication.class,
                            "payment",
                            coordinator.url(),
                            database,
                            "--spring.datasource.hikari.data-source-properties.options=-c lock_timeout=" + lockTimeout,
                            // Each connection is asked once for its lock_timeout, before anything is counted.
                            "--spring.datasource.hikari.maximum-pool-size=1",
                            // Its questions would be counted.
                            "--assent.participant.sweep.interval=10m",
                            "--assent.participant.sweep.min-age=10m")) {
                for (int i = 0; i < BRANCHES; i++) {
                    branch(payment, coordinator);
                }
                execute(counting, "create extension if not exists pg_stat_statements");
                execute(counting, "select pg_stat_statements_reset()");
                for (int i = 0; i < BRANCHES; i++) {
                    branch(payment, coordinator);
                }

                Map<String, Integer> calls = calls(counting);
                assertThat(calls.getOrDefault("select", 0))
                        .as("how often lock_timeout was set")
                        .isEqualTo(set);
                calls.remove("select");
                assertThat(calls)
                        .as("other statements for %d branches", BRANCHES)
                        .containsOnly(
                                Map.entry("begin", BRANCHES),
                                Map.entry("insert into payments values", BRANCHES),
                                Map.entry("insert into assent_branch_marker", BRANCHES),
                                Map.entry("prepare transaction", BRANCHES),
                                Map.entry("commit prepared", BRANCHES));
                assertThat(payment.count("payments")).isEqualTo(2 * BRANCHES);
            }
        }
    }

    private static void branch(Running payment, TestCoordinator coordinator) {
        TransactionContext transaction = Caller.transaction(true);
        Caller.Answer answer = Caller.post(payment.url() + "/pay?id=" + UUID.randomUUID(), transaction);
        coordinator.order(
                payment.protocolUrl(),
                "payment",
                transaction.id().toString(),
                "1",
                answer.own().ref().value(),
                "COMMIT");
    }

    /** By how statements begin; what pools and drivers ask when they make a connection is not asked again. */
    private static Map<String, Integer> calls(Connection connection) throws SQLException {
        Map<String, Integer> calls = new TreeMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("""
                        select trim(substring(lower(query) from '^[^,;$(]+')), sum(calls)
                        from pg_stat_statements s join pg_database d on d.oid = s.dbid
                        where d.datname = 'payment' group by 1
                        """)) {
            while (rows.next()) {
                calls.put(rows.getString(1), rows.getInt(2));
            }
        }
        return calls;
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
