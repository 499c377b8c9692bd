package io.assent.coordinator.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.assent.coordinator.engine.DecisionLog.NewTransaction;
import io.assent.coordinator.engine.DecisionLog.Reply;
import io.assent.coordinator.engine.DecisionLog.Status;
import io.assent.coordinator.protocol.TransactionRecord;
import io.assent.embeddedpostgres.EmbeddedPostgres;
import io.assent.protocol.Decision;
import io.assent.protocol.TransactionId;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Goal: whatever happens to a write, nobody is told more than is known (R8), and asking again finds the truth (L3).
 * Method: a server of our own that is killed, reconfigured and interrupted while a write is under way.
 */
class IndeterminateIntegrationTests {

    private static EmbeddedPostgres server;
    private static int databases;

    private OpenLog log;

    @BeforeAll
    static void start() {
        server = EmbeddedPostgres.temporary();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void open() {
        String name = "log" + ++databases;
        server.createDatabase(name, "log", "secret");
        log = OpenLog.open(
                new LogDatabase(server.jdbcUrl(name), "log", "secret"),
                OpenLog.settings()
                        .writers(1)
                        .socketTimeout(Duration.ofSeconds(5))
                        .build());
    }

    @AfterEach
    void close() throws SQLException {
        if (!server.isRunning()) {
            server.restart();
        }
        administer("alter system reset synchronous_standby_names", "select pg_reload_conf()");
        log.close();
    }

    @Test
    void aCancelledWaitForTheStandbyIsIndeterminateThoughTheStatementSucceeds() throws SQLException {
        TransactionId id = Drafts.id();
        Drafts.get(log.port().decide(Drafts.commit(Drafts.id(), 1)));
        standby("nobody");
        CompletionStage<Reply> hanging = log.port().decide(Drafts.commit(id, 1));
        awaitSyncRep("assent-decide");
        assertThat(hanging.toCompletableFuture()).isNotDone();

        administer("select pg_cancel_backend(pid) from pg_stat_activity where wait_event = 'SyncRep'");

        Reply reply = Drafts.get(hanging);
        assertThat(reply.status()).as("L1").isEqualTo(Status.INDETERMINATE);
        assertThat(reply.record()).isNull();
        assertThat(reply.detail()).contains("synchronous replication");
        TransactionRecord read = read(id);
        assertThat(read.decision()).as("L5: it is visible").isEqualTo(Decision.COMMIT);
        assertThat(read.confirmed()).as("R4: and may not be told").isFalse();

        CompletionStage<Reply> barrier = log.port().decide(Drafts.commit(id, 1));
        awaitSyncRep("assent-decide");
        assertThat(barrier.toCompletableFuture())
                .as("the barrier write waits too")
                .isNotDone();
        noStandby();

        Reply clean = Drafts.get(barrier);
        assertThat(clean.status()).isEqualTo(Status.OK);
        assertThat(clean.changed()).isTrue();
        assertThat(clean.record().decision()).isEqualTo(Decision.COMMIT);
    }

    @Test
    void aCancelledWaitOfACommitIsIndeterminateAsWell() throws SQLException {
        TransactionId id = Drafts.id();
        standby("nobody");
        CompletionStage<Reply> hanging =
                log.port().begin(new NewTransaction(id, null, Duration.ofMinutes(1), null, null));
        awaitSyncRep("assent-log");
        administer("select pg_cancel_backend(pid) from pg_stat_activity where wait_event = 'SyncRep'");
        assertThat(Drafts.get(hanging).status()).isEqualTo(Status.INDETERMINATE);

        CompletionStage<Reply> again =
                log.port().begin(new NewTransaction(id, null, Duration.ofMinutes(1), null, null));
        awaitSyncRep("assent-log");
        assertThat(again.toCompletableFuture())
                .as("an equal begin is a barrier, not a read")
                .isNotDone();
        noStandby();
        assertThat(Drafts.get(again).status()).isEqualTo(Status.OK);
        assertThat(Drafts.get(again).changed()).isFalse();
    }

    @Test
    void aBackendThatIsTerminatedInTheMiddleOfAWriteIsIndeterminate() throws SQLException {
        TransactionId id = Drafts.id();
        try (Connection holder = log.connection()) {
            CompletionStage<Reply> waiting = waitingForLock(holder, id);
            administer("select pg_terminate_backend(pid) from pg_stat_activity where wait_event_type = 'Lock'");
            Reply reply = Drafts.get(waiting);
            assertThat(reply.status()).isEqualTo(Status.INDETERMINATE);
            assertThat(reply.detail()).contains("57P01");
            holder.rollback();
        }
        assertThat(Drafts.get(log.port().decide(Drafts.rollback(id, 2))).changed())
                .as("on a new connection")
                .isTrue();
    }

    @Test
    void aSocketTimeoutIsIndeterminateAndTheWriteMayStillHappen() throws SQLException {
        TransactionId id = Drafts.id();
        try (Connection holder = log.connection()) {
            CompletionStage<Reply> waiting = waitingForLock(holder, id);
            assertThat(Drafts.get(waiting).status()).as("L2").isEqualTo(Status.INDETERMINATE);
            holder.rollback();
        }
        await().until(() -> read(id) != null);
        Reply again = Drafts.get(log.port().decide(Drafts.rollback(id, 2)));
        assertThat(again.status()).isEqualTo(Status.OK);
        assertThat(again.changed()).as("the abandoned one got there first").isFalse();
        assertThat(again.record().decision()).isEqualTo(Decision.COMMIT);
    }

    @Test
    void aServerThatIsKilledAndStartedAgainHasEveryDecisionThatWasTold() throws SQLException {
        TransactionId told = Drafts.id();
        assertThat(Drafts.get(log.port().decide(Drafts.commit(told, 1))).status())
                .isEqualTo(Status.OK);
        TransactionId untold = Drafts.id();
        try (Connection holder = log.connection()) {
            CompletionStage<Reply> waiting = waitingForLock(holder, untold);
            server.kill();
            assertThat(Drafts.get(waiting).status()).isEqualTo(Status.INDETERMINATE);
        }
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
            Reply refused = Drafts.get(log.port().decide(Drafts.commit(Drafts.id(), 1)));
            assertThat(refused.status()).as("nothing was sent").isEqualTo(Status.UNAVAILABLE);
            assertThat(refused.detail()).isNotBlank();
        });
        assertThat(Drafts.get(log.port()
                                .begin(new NewTransaction(Drafts.id(), null, Duration.ofMinutes(1), null, null)))
                        .status())
                .isEqualTo(Status.UNAVAILABLE);
        assertThat(Drafts.get(log.port().find(List.of(told))).status()).isEqualTo(Status.UNAVAILABLE);
        assertThat(Drafts.get(log.port().claim(10, Duration.ofMinutes(1)))).isEmpty();

        server.restart();

        await().atMost(Duration.ofSeconds(30))
                .until(() -> Drafts.get(log.port().decide(Drafts.rollback(untold, 2)))
                                .status()
                        == Status.OK);
        Reply standing = Drafts.get(log.port().decide(Drafts.rollback(told, 2)));
        assertThat(standing.changed()).isFalse();
        assertThat(standing.record().decision()).isEqualTo(Decision.COMMIT);
        assertThat(Drafts.get(log.port().decide(Drafts.commit(untold, 1)))
                        .record()
                        .decision())
                .as("one decision, whichever")
                .isEqualTo(read(untold).decision());
    }

    @Test
    void aServerThatCannotWriteIsUnavailable() throws SQLException {
        Drafts.get(log.port().decide(Drafts.commit(Drafts.id(), 1)));
        administer("alter role log set default_transaction_read_only = on");
        try {
            administer("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'log'");
            await().untilAsserted(() -> {
                Reply reply = Drafts.get(log.port().decide(Drafts.commit(Drafts.id(), 1)));
                assertThat(reply.status()).isEqualTo(Status.UNAVAILABLE);
                assertThat(reply.detail()).contains("25006");
            });
        } finally {
            administer("alter role log reset default_transaction_read_only");
        }
    }

    /** Decides an id whose row another transaction has inserted and not committed. */
    private CompletionStage<Reply> waitingForLock(Connection holder, TransactionId id) throws SQLException {
        holder.setAutoCommit(false);
        try (Statement statement = holder.createStatement()) {
            statement.execute("insert into assent_transaction (id, begun, created_at, changed_at) values ('" + id
                    + "', true, now(), now())");
        }
        CompletionStage<Reply> waiting = log.port().decide(Drafts.commit(id, 1));
        awaitActivity("wait_event_type = 'Lock' and application_name = 'assent-decide'");
        return waiting;
    }

    /** Once the pool has noticed that the server is back. */
    private TransactionRecord read(TransactionId id) {
        await().atMost(Duration.ofSeconds(30))
                .until(() -> Drafts.get(log.port().find(List.of())).status() == Status.OK);
        return Drafts.get(log.port().find(List.of(id))).records().get(id);
    }

    private void standby(String name) throws SQLException {
        administer("alter system set synchronous_standby_names = '" + name + "'", "select pg_reload_conf()");
        await().until(() -> "nobody".equals(setting("synchronous_standby_names")));
    }

    private void noStandby() throws SQLException {
        administer("alter system reset synchronous_standby_names", "select pg_reload_conf()");
    }

    private static void awaitSyncRep(String application) {
        awaitActivity("wait_event = 'SyncRep' and application_name = '" + application + "'");
    }

    private static void awaitActivity(String condition) {
        await().until(() -> {
            try (Connection connection = server.superuserConnection();
                    Statement statement = connection.createStatement();
                    ResultSet row =
                            statement.executeQuery("select count(*) from pg_stat_activity where " + condition)) {
                row.next();
                return row.getLong(1) > 0;
            }
        });
    }

    private static String setting(String name) throws SQLException {
        try (Connection connection = server.superuserConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("show " + name)) {
            row.next();
            return row.getString(1);
        }
    }

    private static void administer(String... statements) throws SQLException {
        try (Connection connection = server.superuserConnection();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }
}
