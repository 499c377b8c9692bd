package io.assent.participant.jta;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.assent.embeddedpostgres.EmbeddedPostgres;
import io.assent.participant.engine.BranchService;
import io.assent.participant.postgres.PostgresBranchResource;
import io.assent.participant.postgres.PreparedNames;
import io.assent.participant.protocol.ExecutionRef;
import io.assent.participant.support.EarlyOnly;
import io.assent.protocol.BranchId;
import io.assent.protocol.BranchRef;
import io.assent.protocol.BranchState;
import io.assent.protocol.Decision;
import io.assent.protocol.ParticipantName;
import io.assent.protocol.TransactionId;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.core.io.ClassPathResource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.init.ScriptUtils;

/**
 * Goal: in the middle of a commit in two databases a terminated backend (57P01) is no outcome, neither for the branch nor for one
 * of its databases. Method: a server that waits for a standby which never comes, so that the moment can be chosen.
 */
class JtaDisturbedIntegrationTests {

    private static final ParticipantName NAME = new ParticipantName("payment");
    private static final TransactionId TRANSACTION = TransactionId.create(Instant.now(), new Random(1));
    private static final BranchId BRANCH = new BranchId("1");

    private EmbeddedPostgres server;
    private HikariDataSource main;
    private HikariDataSource ledger;
    private BranchService service;
    private BranchRef ref;

    @BeforeEach
    void start() throws SQLException {
        server = EmbeddedPostgres.temporary();
        main = database("payment");
        ledger = database("ledger");
        try (Connection connection = main.getConnection()) {
            ScriptUtils.executeSqlScript(
                    connection, new ClassPathResource("io/assent/participant/schema-postgresql.sql"));
        }
        SecondaryResources secondaries = new SecondaryResources();
        secondaries.add(new SecondaryDatabase(
                "ledger", new PostgresBranchResource(ledger, NAME, PreparedNames.of("ledger"), Duration.ZERO)));
        BranchService.Runtime runtime = new BranchService.Runtime(
                InstantSource.system(), duration -> TimeUnit.NANOSECONDS.sleep(duration.toNanos()), new Random());
        service = new BranchService(
                NAME,
                () -> "http://payment/assent/v1",
                new JtaBranchResource(
                        new PostgresBranchResource(main, NAME, Duration.ofMillis(200)),
                        NAME,
                        secondaries,
                        InstantSource.system()),
                EarlyOnly.lateBranches(runtime),
                (ended, decision) -> {},
                Duration.ofMillis(100),
                runtime);
        ref = ExecutionRef.create(NAME, TRANSACTION, BRANCH, Instant.now().plusSeconds(60), new Random());
        execute(
                ledger,
                "create table entry (id int)",
                "begin; insert into entry values (1); prepare transaction '"
                        + PreparedNames.of("ledger").name(ref) + "'");
        execute(
                main,
                "begin; insert into assent_branch_marker (transaction_id, branch, ref, committed) values ('"
                        + TRANSACTION + "', '1', '" + ref + "', true); prepare transaction '" + ref + "'");
    }

    @AfterEach
    void stop() {
        main.close();
        ledger.close();
        server.close();
    }

    @Test
    void a_backend_terminated_while_the_first_of_two_databases_commits_is_no_outcome() throws Exception {
        standby("nobody");
        CompletableFuture<Optional<BranchState>> ordered = CompletableFuture.supplyAsync(() -> order(Decision.COMMIT));
        awaitWaiting("COMMIT PREPARED 'assent/ledger:");
        terminateWaiting();
        // It has committed there, visibly, and is not known to be on the standby (L5): the proof is not written before
        // it is.
        awaitWaiting("SELECT");
        assertThat(prepared()).as("the main database").isEqualTo(ref.value());
        terminateWaiting();
        assertThat(ordered.get(30, TimeUnit.SECONDS)).as("not acknowledged").isEmpty();
        assertThat(prepared()).isEqualTo(ref.value());

        standby("");
        assertThat(order(Decision.COMMIT)).contains(BranchState.COMMITTED);
        assertThat(prepared()).isEmpty();
        assertThat(entries()).isOne();
    }

    @Test
    void what_one_database_has_committed_and_nobody_knows_to_be_durable_keeps_the_branch_open_L5() throws Exception {
        execute(ledger, "commit prepared '" + PreparedNames.of("ledger").name(ref) + "'");
        standby("nobody");
        CompletableFuture<Optional<BranchState>> ordered = CompletableFuture.supplyAsync(() -> order(Decision.COMMIT));
        awaitWaiting("SELECT");
        terminateWaiting();
        assertThat(ordered.get(30, TimeUnit.SECONDS)).isEmpty();

        standby("");
        assertThat(order(Decision.COMMIT)).contains(BranchState.COMMITTED);
        assertThat(order(Decision.ROLLBACK)).as("a fact").contains(BranchState.COMMITTED);
        assertThat(entries()).isOne();
    }

    @Test
    void what_the_main_database_has_lost_commits_nowhere_R7() throws Exception {
        execute(main, "rollback prepared '" + ref + "'");

        assertThat(order(Decision.COMMIT)).as("the truth").contains(BranchState.NEVER_SEEN);
        assertThat(prepared())
                .as("left to a person")
                .isEqualTo(PreparedNames.of("ledger").name(ref));
        assertThat(entries()).isZero();

        assertThat(order(Decision.ROLLBACK)).contains(BranchState.ROLLED_BACK);
        assertThat(prepared()).isEmpty();
    }

    @Test
    void what_somebody_committed_in_the_main_database_alone_is_completed_in_the_others() throws Exception {
        execute(main, "commit prepared '" + ref + "'");

        assertThat(order(Decision.COMMIT)).contains(BranchState.COMMITTED);
        assertThat(prepared()).isEmpty();
        assertThat(entries()).isOne();
    }

    private Optional<BranchState> order(Decision decision) {
        return service.order(new BranchService.Order(TRANSACTION, BRANCH, ref, decision));
    }

    private HikariDataSource database(String name) {
        server.createDatabase(name, "owner_of_" + name, "secret");
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(server.jdbcUrl(name));
        config.setUsername("owner_of_" + name);
        config.setPassword("secret");
        return new HikariDataSource(config);
    }

    private String prepared() {
        return String.join(
                " ",
                JdbcClient.create(main)
                        .sql("select gid from pg_prepared_xacts")
                        .query(String.class)
                        .list());
    }

    private long entries() {
        return JdbcClient.create(ledger)
                .sql("select count(*) from entry")
                .query(Long.class)
                .single();
    }

    private static void execute(HikariDataSource database, String... statements) throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    private void standby(String name) throws SQLException {
        administer("alter system set synchronous_standby_names = '" + name + "'", "select pg_reload_conf()");
        await().until(() -> JdbcClient.create(main)
                        .sql("show synchronous_standby_names")
                        .query(String.class)
                        .single()
                        .equals(name)
                && JdbcClient.create(ledger)
                        .sql("show synchronous_standby_names")
                        .query(String.class)
                        .single()
                        .equals(name));
    }

    private void awaitWaiting(String command) {
        await().alias(command + " waits for the standby").until(() -> {
            try (Connection connection = server.superuserConnection();
                    Statement statement = connection.createStatement();
                    var row = statement.executeQuery("select count(*) from pg_stat_activity"
                            + " where wait_event = 'SyncRep' and query ilike '" + command.replace("'", "''") + "%'")) {
                row.next();
                return row.getLong(1) == 1;
            }
        });
    }

    private void terminateWaiting() throws SQLException {
        administer("select pg_terminate_backend(pid) from pg_stat_activity where wait_event = 'SyncRep'");
    }

    private void administer(String... statements) throws SQLException {
        try (Connection connection = server.superuserConnection();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }
}
