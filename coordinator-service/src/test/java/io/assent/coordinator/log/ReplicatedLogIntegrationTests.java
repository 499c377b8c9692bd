package io.assent.coordinator.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.assent.coordinator.engine.DecisionLog.NewTransaction;
import io.assent.coordinator.engine.DecisionLog.Proposal;
import io.assent.coordinator.engine.DecisionLog.Reply;
import io.assent.coordinator.engine.DecisionLog.Status;
import io.assent.coordinator.engine.InstanceList;
import io.assent.coordinator.log.LogProperties.Mode;
import io.assent.coordinator.protocol.TransactionRecord;
import io.assent.embeddedpostgres.EmbeddedPostgres;
import io.assent.embeddedpostgres.ReplicatedPostgres;
import io.assent.protocol.Decision;
import io.assent.protocol.TransactionId;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import javax.sql.DataSource;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Goal: L1 to L6 hold, and the log goes on by itself after each of these. Method: a primary and its synchronous standby,
 * real processes that are killed, paused, promoted and reconfigured while the log writes.
 */
class ReplicatedLogIntegrationTests {

    private static ReplicatedPostgres pair;
    private static int databases;

    private LogDatabase database;
    private WatchedLog log;

    @BeforeAll
    static void start() {
        pair = ReplicatedPostgres.temporary();
    }

    @AfterAll
    static void stop() {
        pair.close();
    }

    @BeforeEach
    void open() {
        String name = "log" + ++databases;
        pair.createDatabase(name, "log", "secret");
        database = new LogDatabase(pair.jdbcUrl(name), "log", "secret");
        log = WatchedLog.open(database, properties(Duration.ofSeconds(20)));
        decided(Drafts.commit(Drafts.id(), 1));
    }

    @AfterEach
    void repair() {
        log.close();
        pair.primary().resume();
        pair.standby().resume();
        if (!pair.primary().isRunning()) {
            pair.primary().restart();
        }
        if (!pair.standby().isStandby()) {
            pair.rebuildStandby();
        } else if (!pair.standby().isRunning()) {
            pair.standby().restart();
        }
    }

    @Test
    void l1_aCancelledWaitForTheStandbyIsIndeterminateThoughTheStatementSucceeds() throws SQLException {
        TransactionId id = Drafts.id();
        pair.standby().pause();
        CompletionStage<Reply> hanging = log.port().decide(Drafts.commit(id, 1));
        awaitWaitingForStandby("assent-decide");

        administer("select pg_cancel_backend(pid) from pg_stat_activity where application_name = 'assent-decide'");

        Reply reply = Drafts.get(hanging);
        assertThat(reply.status()).isEqualTo(Status.INDETERMINATE);
        assertThat(reply.detail()).as("a warning of the statement").startsWith("01000");
        pair.standby().resume();
        assertThat(decided(Drafts.commit(id, 1)).changed())
                .as("L3: the same proposal again")
                .isTrue();
    }

    @Test
    void l1_aCancelledWaitOfACommitIsIndeterminateAsWell() throws SQLException {
        TransactionId id = Drafts.id();
        NewTransaction begin = new NewTransaction(id, null, Duration.ofMinutes(1), null, null);
        pair.standby().pause();
        CompletionStage<Reply> hanging = log.port().begin(begin);
        awaitWaitingForStandby("assent-log");

        administer("select pg_cancel_backend(pid) from pg_stat_activity where application_name = 'assent-log'");

        Reply reply = Drafts.get(hanging);
        assertThat(reply.status()).isEqualTo(Status.INDETERMINATE);
        assertThat(reply.detail()).as("a warning of the connection").startsWith("01000");
        pair.standby().resume();
        eventually().until(() -> Drafts.get(log.port().begin(begin)).status() == Status.OK);
    }

    @Test
    void r8_aBackendThatIsTerminatedWhileItWaitsForTheStandbyIsIndeterminate() throws SQLException {
        TransactionId id = Drafts.id();
        pair.standby().pause();
        CompletionStage<Reply> hanging = log.port().decide(Drafts.commit(id, 1));
        awaitWaitingForStandby("assent-decide");

        administer("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'assent-decide'");

        assertThat(Drafts.get(hanging).status()).isEqualTo(Status.INDETERMINATE);
        pair.standby().resume();
        assertThat(decided(Drafts.rollback(id, 2)).record().decision())
                .as("it was written all the same")
                .isEqualTo(Decision.COMMIT);
    }

    @Test
    void l2_aSocketTimeoutIsIndeterminateAndCancelsNothing() throws SQLException {
        log.close();
        log = WatchedLog.open(database, properties(Duration.ofSeconds(1)));
        decided(Drafts.commit(Drafts.id(), 1));
        TransactionId id = Drafts.id();
        pair.standby().pause();
        CompletionStage<Reply> hanging = log.port().decide(Drafts.commit(id, 1));
        awaitWaitingForStandby("assent-decide");

        assertThat(Drafts.get(hanging).status()).isEqualTo(Status.INDETERMINATE);
        assertThat(waitingForStandby(pair.primary(), "assent-decide"))
                .as("it goes on waiting in the server")
                .isTrue();
        pair.standby().resume();
        assertThat(decided(Drafts.rollback(id, 2)).record().decision()).isEqualTo(Decision.COMMIT);
    }

    @Test
    void l5_aPrimaryThatWasKilledAndRestartedShowsWhatWasNeverReplicatedAndNobodyIsTold() throws SQLException {
        TransactionId id = Drafts.id();
        pair.standby().pause();
        CompletionStage<Reply> hanging = log.port().decide(Drafts.commit(id, 1));
        awaitWaitingForStandby("assent-decide");
        pair.primary().kill();
        assertThat(Drafts.get(hanging).status()).isEqualTo(Status.INDETERMINATE);
        pair.primary().restart();

        TransactionRecord read = eventually().until(() -> read(id), found -> found != null);
        assertThat(read.decision()).as("visible to a read").isEqualTo(Decision.COMMIT);
        assertThat(read.confirmed()).as("R4: and not to be told").isFalse();
        eventually().until(() -> log.availability().cannotWrite() != null);
        assertThat(Drafts.get(log.port().decide(Drafts.rollback(id, 2))).status())
                .isEqualTo(Status.UNAVAILABLE);

        pair.standby().resume();
        assertThat(decided(Drafts.rollback(id, 2)).record().decision())
                .as("now the standby has it")
                .isEqualTo(Decision.COMMIT);
    }

    @Test
    void l5_afterAPromotionEveryDecisionThatWasToldStandsAndTheOthersAreOpen() throws SQLException {
        TransactionId told = Drafts.id();
        decided(Drafts.commit(told, 1));
        TransactionId untold = Drafts.id();
        pair.standby().pause();
        CompletionStage<Reply> hanging = log.port().decide(Drafts.commit(untold, 1));
        awaitWaitingForStandby("assent-decide");
        pair.primary().kill();
        assertThat(Drafts.get(hanging).status()).isEqualTo(Status.INDETERMINATE);
        // What the standby had received it would replay, and the decision with it: it is killed before it goes on.
        pair.standby().kill();
        pair.standby().restart();

        pair.failOver();

        assertThat(decided(Drafts.rollback(told, 2)).record().decision()).isEqualTo(Decision.COMMIT);
        Decision standing = decided(Drafts.rollback(untold, 2)).record().decision();
        assertThat(decided(Drafts.commit(untold, 1)).record().decision())
                .as("L3: asked again, the first proposer is given what stands now")
                .isEqualTo(standing);
    }

    @Test
    void l5_anOldPrimaryThatGoesOnAfterAPauseIsNeitherReadNorWritten(@TempDir Path directory) throws Exception {
        TransactionId id = Drafts.id();
        EmbeddedPostgres old = pair.primary();
        pair.standby().pause();
        CompletionStage<Reply> hanging = log.port().decide(Drafts.commit(id, 1));
        awaitWaitingForStandby("assent-decide");
        old.pause();
        pair.standby().kill();
        pair.standby().restart();
        pair.promoteStandby();
        // The old primary stays as it is; another server becomes the standby of the new one, under its name.
        try (EmbeddedPostgres third = EmbeddedPostgres.builder()
                .dataDirectory(directory.resolve("third"))
                .setting("synchronous_standby_names", "ANY 1 (one, two)")
                .standbyOf(pair.primary(), "one")
                .start()) {
            assertThat(third.isStandby()).isTrue();
            assertThat(Drafts.get(hanging).status())
                    .as("its connection was cut when the new primary was found")
                    .isEqualTo(Status.INDETERMINATE);
            assertThat(decided(Drafts.rollback(id, 2)).record().decision()).isEqualTo(Decision.ROLLBACK);

            old.resume();

            // Those whose commit waits for a standby that will never come do not notice that their client is gone, and
            // nor do
            // those that wait for the locks of such.
            eventually().until(() -> count(old, "application_name like 'assent-%' and wait_event = 'ClientRead'") == 0);
            assertThat(eventually()
                            .until(() -> read(id), found -> found != null)
                            .decision())
                    .isEqualTo(Decision.ROLLBACK);
            LogDatabase straight = new LogDatabase(old.jdbcUrl("log" + databases), "log", "secret");
            DataSource there = new LogConnections(
                            straight,
                            log.open().properties(),
                            log.open().connections().verifier())
                    .named("assent-straight");
            assertThatExceptionOfType(LogRefusedException.class)
                    .isThrownBy(there::getConnection)
                    .withMessageContaining("it is an old primary");
            old.kill();
        }
    }

    @Test
    void l5_anOldPrimaryThatGoesOnBesideTheNewOneIsLeftAlthoughItAnswers(@TempDir Path directory) {
        EmbeddedPostgres old = pair.primary();
        TransactionId told = Drafts.id();
        decided(Drafts.commit(told, 1));

        // Nobody kills or pauses the old one: to the log it looks as if its standby were away.
        pair.promoteStandby();

        try (EmbeddedPostgres third = EmbeddedPostgres.builder()
                .dataDirectory(directory.resolve("third"))
                .setting("synchronous_standby_names", "ANY 1 (one, two)")
                .standbyOf(pair.primary(), "one")
                .start()) {
            assertThat(third.isStandby()).isTrue();
            assertThat(old.isRunning()).isTrue();
            assertThat(decided(Drafts.commit(Drafts.id(), 1)).record().decision())
                    .isEqualTo(Decision.COMMIT);
            assertThat(decided(Drafts.rollback(told, 2)).record().decision()).isEqualTo(Decision.COMMIT);
            old.kill();
        }
    }

    @Test
    void progressWaitsForNobodyAndWhatAFailoverTakesBackIsDueAgain() throws SQLException {
        TransactionId id = Drafts.id();
        Proposal proposal = Drafts.due(id);
        decided(proposal);
        pair.standby().pause();

        Reply recorded = Drafts.get(
                log.port().record(Drafts.complete(id, proposal.branches().get(0))));

        assertThat(recorded.status()).isEqualTo(Status.OK);
        assertThat(recorded.record().completedAt()).isNotNull();
        assertThat(waitingForStandby(pair.primary(), "assent-progress")).isFalse();
        pair.primary().kill();
        // What waits in its socket it would receive, and the completion with it: it is killed before it goes on.
        pair.standby().kill();
        pair.standby().restart();
        pair.failOver();
        TransactionRecord kept = decided(Drafts.rollback(id, 2)).record();
        assertThat(kept.decision()).isEqualTo(Decision.COMMIT);
        assertThat(kept.completedAt())
                .as("the standby stood still and never got it")
                .isNull();
        assertThat(Drafts.get(log.port().claim(10, Duration.ofSeconds(10))))
                .extracting(TransactionRecord::id)
                .contains(id);
    }

    @Test
    void everyDecisionStandsWhenBothServersAreKilledAndRestarted() {
        TransactionId told = Drafts.id();
        decided(Drafts.commit(told, 1));
        pair.primary().kill();
        pair.standby().kill();
        eventually().until(() -> log.health().getStatus().getCode().equals("DOWN"));

        pair.primary().restart();
        pair.standby().restart();

        assertThat(decided(Drafts.rollback(told, 2)).record().decision()).isEqualTo(Decision.COMMIT);
        assertThat(log.health().getStatus().getCode()).isEqualTo("UP");
    }

    @Test
    void withoutAStandbyTheLogRefusesAtOnceSaysWhyAndGoesOnByItself() {
        TransactionId sent = Drafts.id();
        pair.standby().kill();
        CompletionStage<Reply> hanging = log.port().decide(Drafts.commit(sent, 1));
        eventually().until(() -> log.health().getStatus().getCode().equals("DOWN"));

        long before = System.nanoTime();
        Reply refused = Drafts.get(log.port().decide(Drafts.commit(Drafts.id(), 1)));
        Reply refusedBegin =
                Drafts.get(log.port().begin(new NewTransaction(Drafts.id(), null, Duration.ofMinutes(1), null, null)));
        assertThat(Duration.ofNanos(System.nanoTime() - before))
                .as("not after a socket timeout")
                .isLessThan(Duration.ofSeconds(4));
        assertThat(refused.status()).isEqualTo(Status.UNAVAILABLE);
        assertThat(refusedBegin.status()).isEqualTo(Status.UNAVAILABLE);
        eventually().untilAsserted(() -> {
            assertThat(reason()).contains("no synchronous standby confirms", "ANY 1 (one, two)");
        });
        assertThat(hanging.toCompletableFuture())
                .as("L2: what was sent waits on")
                .isNotDone();
        assertThat(Drafts.get(log.port().find(List.of(sent))).status())
                .as("what is confirmed may still be told")
                .isEqualTo(Status.OK);

        pair.standby().restart();

        assertThat(Drafts.get(hanging).status()).isEqualTo(Status.OK);
        decided(Drafts.commit(Drafts.id(), 1));
        assertThat(log.health().getStatus().getCode()).isEqualTo("UP");
    }

    @Test
    void aCommitThatWasLetGoBecauseSynchronousStandbyNamesWasEmptiedIsIndeterminate() throws SQLException {
        TransactionId id = Drafts.id();
        pair.standby().pause();
        CompletionStage<Reply> hanging = log.port().decide(Drafts.commit(id, 1));
        CompletionStage<Reply> begin =
                log.port().begin(new NewTransaction(Drafts.id(), null, Duration.ofMinutes(1), null, null));
        awaitWaitingForStandby("assent-decide");
        awaitWaitingForStandby("assent-log");

        administer("alter system set synchronous_standby_names = ''", "select pg_reload_conf()");
        try {
            Reply reply = Drafts.get(hanging);
            assertThat(reply.status()).as("PostgreSQL warns of nothing").isEqualTo(Status.INDETERMINATE);
            assertThat(reply.detail()).contains("synchronous_standby_names is empty");
            assertThat(Drafts.get(begin).status()).isEqualTo(Status.INDETERMINATE);
            eventually().untilAsserted(() -> assertThat(reason()).contains("synchronous_standby_names is empty"));
            assertThat(Drafts.get(log.port().decide(Drafts.rollback(id, 2))).status())
                    .isEqualTo(Status.UNAVAILABLE);
        } finally {
            administer("alter system reset synchronous_standby_names", "select pg_reload_conf()");
        }
        pair.standby().resume();
        assertThat(decided(Drafts.rollback(id, 2)).record().decision()).isEqualTo(Decision.COMMIT);
    }

    @Test
    void aStartWithoutAStandbyIsRefusedWithWhatToDo() throws SQLException {
        log.close();
        LogProperties properties = properties(Duration.ofSeconds(20));
        ConnectionVerifier verifier = OpenLog.verifier(properties);
        DataSource connections =
                new LogConnections(database, properties, verifier).named("assent-start", Duration.ofSeconds(5));
        StartBarrier.pass(connections, verifier, Duration.ofSeconds(5));
        pair.standby().pause();

        assertThatExceptionOfType(LogRefusedException.class)
                .isThrownBy(() -> StartBarrier.pass(connections, verifier, Duration.ofSeconds(1)))
                .withMessageContaining("none confirmed a write within PT1S")
                .withMessageContaining("synchronous_standby_names is 'ANY 1 (one, two)'")
                .withMessageContaining("assent.coordinator.log.mode=single");
    }

    @Test
    void everyInstanceIsListedWhileItLives() {
        try (WatchedLog second = WatchedLog.open(database, properties(Duration.ofSeconds(20)))) {
            eventually().until(() -> log.instances().instances().instances().size() == 2);
            List<InstanceList.Instance> listed = log.instances().instances().instances();
            assertThat(listed).extracting(InstanceList.Instance::alive).containsOnly(true);
            assertThat(listed)
                    .filteredOn(InstanceList.Instance::self)
                    .extracting(InstanceList.Instance::id)
                    .containsExactly(log.instances().id());
            second.heartbeat().close();
            eventually().until(() -> log.instances().instances().instances().size() == 1);
        }
    }

    private static LogProperties properties(Duration socketTimeout) {
        return OpenLog.settings()
                .mode(Mode.REPLICATED)
                .writers(1)
                .socketTimeout(socketTimeout)
                .build();
    }

    /** The clean reply: the log may need a moment to find that it can write again. */
    private Reply decided(io.assent.coordinator.engine.DecisionLog.Proposal proposal) {
        return eventually().until(() -> Drafts.get(log.port().decide(proposal)), reply -> reply.status() == Status.OK);
    }

    /** What health says; nothing while the log is up. */
    private String reason() {
        return String.valueOf(log.health().getDetails().getOrDefault("reason", ""));
    }

    private TransactionRecord read(TransactionId id) {
        return Drafts.get(log.port().find(List.of(id))).records().get(id);
    }

    private static ConditionFactory eventually() {
        return await().atMost(Duration.ofSeconds(30)).pollInterval(Duration.ofMillis(50));
    }

    private static void awaitWaitingForStandby(String application) {
        eventually().until(() -> waitingForStandby(pair.primary(), application));
    }

    private static boolean waitingForStandby(EmbeddedPostgres server, String application) throws SQLException {
        return count(server, "wait_event = 'SyncRep' and application_name = '" + application + "'") > 0;
    }

    private static long count(EmbeddedPostgres server, String condition) throws SQLException {
        try (Connection connection = server.superuserConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select count(*) from pg_stat_activity where " + condition)) {
            row.next();
            return row.getLong(1);
        }
    }

    private static void administer(String... statements) throws SQLException {
        try (Connection connection = pair.primary().superuserConnection();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }
}
