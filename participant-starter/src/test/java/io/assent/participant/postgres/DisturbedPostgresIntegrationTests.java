package io.assent.participant.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.assent.embeddedpostgres.EmbeddedPostgres;
import io.assent.participant.engine.BranchResource.End;
import io.assent.participant.engine.BranchService;
import io.assent.participant.engine.CoordinatorClient;
import io.assent.participant.engine.GlobalTransactionContext;
import io.assent.participant.engine.ParticipantDirectory;
import io.assent.participant.protocol.PreparedBranch;
import io.assent.participant.support.Caller;
import io.assent.participant.support.EarlyOnly;
import io.assent.protocol.BranchRef;
import io.assent.protocol.BranchState;
import io.assent.protocol.Decision;
import io.assent.protocol.InquiryAnswer;
import io.assent.protocol.ParticipantName;
import io.assent.protocol.TransactionId;
import io.assent.protocol.TransactionToken;
import io.assent.protocol.Vote;
import io.assent.protocol.header.BranchVote;
import io.assent.protocol.header.TransactionContext;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.core.io.ClassPathResource;
import org.springframework.jdbc.datasource.init.ScriptUtils;

/**
 * Goal: no vote and no acknowledgement says more than is durable, whatever PostgreSQL does meanwhile (R7, R8, L1, L5).
 * Method: a server of our own, which waits for a standby that never comes, and whose backends are cancelled and terminated
 * while they wait.
 */
class DisturbedPostgresIntegrationTests {

    private static final ParticipantName NAME = new ParticipantName("payment");

    private static EmbeddedPostgres server;
    private static int databases;

    private String database;
    private HikariDataSource pool;
    private PostgresBranchResource resource;
    private BranchService service;
    private BranchPreparer preparer;
    private final ParticipantDirectory directory = new ParticipantDirectory();

    @BeforeAll
    static void start() {
        server = EmbeddedPostgres.temporary();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void open() throws SQLException {
        database = "payment" + ++databases;
        server.createDatabase(database, "payment", "secret");
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(server.jdbcUrl(database));
        config.setUsername("payment");
        config.setPassword("secret");
        pool = new HikariDataSource(config);
        try (Connection connection = pool.getConnection()) {
            ScriptUtils.executeSqlScript(
                    connection, new ClassPathResource("io/assent/participant/schema-postgresql.sql"));
        }
        execute("create table payment (id serial primary key, amount int)");
        resource = new PostgresBranchResource(pool, NAME, Duration.ofMillis(200));
        service = service();
        preparer = new BranchPreparer(
                resource, new NoCoordinator(), context -> null, Duration.ofSeconds(2), Duration.ofSeconds(2));
    }

    private BranchService service() {
        BranchService.Runtime runtime = new BranchService.Runtime(
                InstantSource.system(),
                duration -> TimeUnit.NANOSECONDS.sleep(duration.toNanos()),
                RandomGenerator.getDefault());
        return new BranchService(
                NAME,
                () -> "http://payment/assent/v1",
                resource,
                EarlyOnly.lateBranches(runtime),
                (ref, decision) -> {},
                Duration.ofMillis(100),
                runtime);
    }

    @AfterEach
    void close() throws SQLException {
        standby("");
        for (PreparedBranch left : resource.prepared(100)) {
            resource.rollbackPrepared(left.ref());
        }
        pool.close();
    }

    @Test
    void a_prepare_whose_wait_for_the_standby_was_cancelled_is_no_vote_until_a_barrier_is_through_L1()
            throws Exception {
        GlobalTransactionContext context = begin();
        standby("nobody");
        CompletableFuture<Void> voting = CompletableFuture.runAsync(() -> work(context));
        awaitWaiting("PREPARE TRANSACTION");
        cancelWaiting();
        awaitWaiting("SELECT");
        assertThat(voting).as("the barrier waits, too").isNotDone();

        standby("");
        voting.get(30, TimeUnit.SECONDS);
        assertThat(service.vote(context).vote()).isEqualTo(Vote.PREPARED);
        assertThat(isPrepared(context.ref())).isTrue();
    }

    @Test
    void when_the_barrier_is_cancelled_too_the_vote_is_no() throws Exception {
        GlobalTransactionContext context = begin();
        standby("nobody");
        CompletableFuture<Throwable> voting = CompletableFuture.supplyAsync(() -> failure(() -> work(context)));
        awaitWaiting("PREPARE TRANSACTION");
        cancelWaiting();
        awaitWaiting("SELECT");
        cancelWaiting();

        assertThat(voting.get(30, TimeUnit.SECONDS)).hasMessageContaining("votes ROLLBACK");
        standby("");
        assertThat(service.vote(context).vote()).isEqualTo(Vote.ROLLBACK);
    }

    @Test
    void a_session_that_would_not_wait_for_the_standby_does_when_it_votes() throws Exception {
        execute(
                "alter role payment set synchronous_commit = off",
                "alter role payment set client_min_messages = error");
        pool.getHikariPoolMXBean().softEvictConnections();
        try {
            GlobalTransactionContext context = begin();
            standby("nobody");
            CompletableFuture<Void> voting = CompletableFuture.runAsync(() -> work(context));
            awaitWaiting("PREPARE TRANSACTION");
            assertThat(voting).isNotDone();
            standby("");
            voting.get(30, TimeUnit.SECONDS);
            assertThat(service.vote(context).vote()).isEqualTo(Vote.PREPARED);
        } finally {
            execute("alter role payment reset all");
        }
    }

    @Test
    void an_application_that_would_not_wait_for_the_standby_does_when_it_votes() throws Exception {
        GlobalTransactionContext context = begin();
        standby("nobody");
        CompletableFuture<Void> voting = CompletableFuture.runAsync(
                () -> work(context, "set local synchronous_commit = off", "set local client_min_messages = error"));
        awaitWaiting("PREPARE TRANSACTION");
        cancelWaiting();
        awaitWaiting("SELECT");
        assertThat(voting).as("the warning has arrived").isNotDone();
        standby("");
        voting.get(30, TimeUnit.SECONDS);
        assertThat(service.vote(context).vote()).isEqualTo(Vote.PREPARED);
    }

    @ParameterizedTest
    @CsvSource({"0, 2s, 2s", "3s, 2s, 2s", "1500ms, 2s, 1500ms", "1min, 2s, 2s"})
    void a_session_whose_own_lock_timeout_is_short_enough_keeps_it(String own, String first, String then)
            throws SQLException {
        execute("alter role payment set lock_timeout = '" + own + "'");
        pool.getHikariPoolMXBean().softEvictConnections();
        try (Connection connection = pool.getConnection()) {
            assertThat(lockTimeout(connection, begin())).isEqualTo(first);
            assertThat(lockTimeout(connection, begin())).isEqualTo(then);
            assertThat(lockTimeout(connection, begin())).isEqualTo(then);
        } finally {
            execute("alter role payment reset all");
        }
    }

    @Test
    void a_pool_that_does_not_show_the_drivers_connection_is_asked_each_time() throws SQLException {
        execute("alter role payment set lock_timeout = '1500ms'");
        pool.getHikariPoolMXBean().softEvictConnections();
        try (Connection connection = pool.getConnection()) {
            Connection reused = hidden(connection);
            for (int checkout = 0; checkout < 3; checkout++) {
                assertThat(lockTimeout(reused, begin())).isEqualTo("2s");
                assertThat(lockTimeout(hidden(connection), begin())).isEqualTo("2s");
            }
        } finally {
            execute("alter role payment reset all");
        }
    }

    /** As some pools wrap it, anew for each borrower or once for all. */
    private static Connection hidden(Connection connection) {
        return (Connection) Proxy.newProxyInstance(
                Connection.class.getClassLoader(), new Class<?>[] {Connection.class}, (self, method, values) -> {
                    switch (method.getName()) {
                        case "unwrap" -> throw new SQLException("not told");
                        case "equals" -> {
                            return self == values[0];
                        }
                        case "hashCode" -> {
                            return System.identityHashCode(self);
                        }
                        default -> {
                            return method.invoke(connection, values);
                        }
                    }
                });
    }

    @Test
    void a_session_whose_own_lock_timeout_is_longer_than_what_is_left_gets_a_shorter_one() throws SQLException {
        execute("alter role payment set lock_timeout = '1s'");
        pool.getHikariPoolMXBean().softEvictConnections();
        try (Connection connection = pool.getConnection()) {
            lockTimeout(connection, begin());
            assertThat(lockTimeout(connection, begin())).isEqualTo("1s");
            TransactionContext soon = Caller.branch(Caller.transaction(true).id(), "1", Duration.ofMillis(800), true);
            assertThat(lockTimeout(connection, service.begin(soon, directory))).matches("[1-7]?[0-9]{1,2}ms");
        } finally {
            execute("alter role payment reset all");
        }
    }

    @Test
    void what_another_backend_is_ending_at_this_moment_is_busy_and_nothing_else() throws Exception {
        GlobalTransactionContext context = prepared();
        standby("nobody");
        CompletableFuture<Optional<BranchState>> first = CompletableFuture.supplyAsync(() -> commit(context));
        awaitWaiting("COMMIT PREPARED");

        assertThat(resource.commitPrepared(context.ref())).as("55000").isEqualTo(End.BUSY);
        assertThat(commit(context)).contains(BranchState.BUSY);

        standby("");
        assertThat(first.get(30, TimeUnit.SECONDS)).contains(BranchState.COMMITTED);
        assertThat(payments()).isOne();
    }

    @Test
    void a_commit_whose_wait_was_cancelled_is_acknowledged_only_after_a_barrier_L1() throws Exception {
        GlobalTransactionContext context = prepared();
        standby("nobody");
        CompletableFuture<Optional<BranchState>> ordered = CompletableFuture.supplyAsync(() -> commit(context));
        awaitWaiting("COMMIT PREPARED");
        cancelWaiting();
        awaitWaiting("SELECT");
        assertThat(ordered)
                .as("it is visible, and may be gone after a failover")
                .isNotDone();
        assertThat(payments()).isOne();

        standby("");
        assertThat(ordered.get(30, TimeUnit.SECONDS)).contains(BranchState.COMMITTED);
    }

    @Test
    void a_backend_terminated_in_the_middle_of_a_commit_is_unknown_and_not_a_rollback() throws Exception {
        GlobalTransactionContext context = prepared();
        standby("nobody");
        CompletableFuture<Optional<BranchState>> ordered = CompletableFuture.supplyAsync(() -> commit(context));
        awaitWaiting("COMMIT PREPARED");
        terminateWaiting();
        awaitWaiting("SELECT");
        terminateWaiting();

        assertThat(ordered.get(30, TimeUnit.SECONDS))
                .as("what cannot be known is not acknowledged")
                .isEmpty();
        standby("");
        assertThat(commit(context)).contains(BranchState.COMMITTED);
        assertThat(payments()).isOne();
    }

    @Test
    void a_question_for_a_vote_that_rests_on_a_look_waits_for_the_standby_L5() throws Exception {
        GlobalTransactionContext context = prepared();
        standby("nobody");
        CompletableFuture<BranchService.PrepareAnswer> asked = CompletableFuture.supplyAsync(() -> {
            try {
                return service.prepare(context.id(), context.branch(), context.ref(), Duration.ofSeconds(10));
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        awaitWaiting("SELECT");
        assertThat(asked).isNotDone();
        standby("");
        assertThat(asked.get(30, TimeUnit.SECONDS).vote()).isEqualTo(Vote.PREPARED);
    }

    @Test
    void a_repeated_call_at_another_replica_votes_no_because_the_nested_votes_are_not_known_there() throws Exception {
        TransactionContext header = Caller.transaction(true);
        GlobalTransactionContext first = service.begin(header, directory);
        work(first);
        assertThat(service.votes(first)).extracting(BranchVote::vote).containsExactly(Vote.PREPARED);
        GlobalTransactionContext here = service.begin(header, directory);
        assertThat(failure(() -> work(here))).hasMessageContaining("another execution of the branch");
        assertThat(service.votes(here))
                .extracting(BranchVote::vote, BranchVote::ref)
                .containsExactly(tuple(Vote.PREPARED, first.ref()));

        BranchService replica = service();
        GlobalTransactionContext there = replica.begin(header, directory);
        assertThat(failure(() -> work(there))).hasMessageContaining("another execution of the branch");
        assertThat(replica.votes(there))
                .extracting(BranchVote::vote, BranchVote::ref)
                .as("named by the ref of the first, so that the rollback reaches it")
                .containsExactly(tuple(Vote.ROLLBACK, first.ref()));
    }

    @Test
    void when_no_slot_for_a_prepared_transaction_is_left_the_vote_is_no_and_says_why() throws Exception {
        List<String> occupied = occupyEverySlot();
        try {
            GlobalTransactionContext context = begin();
            assertThat(failure(() -> work(context))).hasMessageContaining("maximum number of prepared transactions");
            BranchVote vote = service.vote(context);
            assertThat(vote.vote()).isEqualTo(Vote.ROLLBACK);
            assertThat(vote.reason()).contains("SQLSTATE 53").contains("maximum number of prepared transactions");
        } finally {
            for (String gid : occupied) {
                execute("rollback prepared '" + gid + "'");
            }
        }
        assertThat(service.vote(prepared()).vote()).isEqualTo(Vote.PREPARED);
    }

    @Test
    void a_participant_restored_from_a_backup_reports_what_it_finds() throws Exception {
        GlobalTransactionContext context = prepared();
        GlobalTransactionContext finished = prepared();
        commit(finished);
        // What a restored older state looks like: no branch, no marker, no payment.
        resource.rollbackPrepared(context.ref());
        execute("delete from assent_branch_marker", "delete from payment");

        assertThat(commit(context)).as("R7: never an acknowledgement").contains(BranchState.NEVER_SEEN);
        assertThat(commit(finished)).contains(BranchState.NEVER_SEEN);
    }

    // ---- what the tests do

    private GlobalTransactionContext begin() {
        return service.begin(Caller.transaction(true), directory);
    }

    private GlobalTransactionContext prepared() {
        GlobalTransactionContext context = begin();
        work(context);
        assertThat(service.vote(context).vote()).isEqualTo(Vote.PREPARED);
        service.end(context);
        return context;
    }

    /** What holds for the statements of a branch. */
    private String lockTimeout(Connection connection, GlobalTransactionContext context) throws SQLException {
        connection.setAutoCommit(false);
        preparer.open(connection, context);
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("show lock_timeout")) {
            row.next();
            return row.getString(1);
        } finally {
            connection.rollback();
        }
    }

    private void work(GlobalTransactionContext context, String... further) {
        try (Connection connection = pool.getConnection()) {
            connection.setAutoCommit(false);
            preparer.open(connection, context);
            try (Statement statement = connection.createStatement()) {
                statement.execute("insert into payment (amount) values (100)");
                for (String sql : further) {
                    statement.execute(sql);
                }
            }
            preparer.prepareOrCommit(connection, context);
        } catch (SQLException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    private static Throwable failure(Runnable work) {
        try {
            work.run();
            throw new AssertionError("it should have failed");
        } catch (IllegalStateException e) {
            return e;
        }
    }

    private Optional<BranchState> commit(GlobalTransactionContext context) {
        return service.order(new BranchService.Order(context.id(), context.branch(), context.ref(), Decision.COMMIT));
    }

    private List<String> occupyEverySlot() throws SQLException {
        List<String> gids = new ArrayList<>();
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("show max_prepared_transactions")) {
            row.next();
            int slots = row.getInt(1);
            for (int i = 0; i < slots; i++) {
                execute("begin; insert into payment (amount) values (1); prepare transaction 'slot " + i + "'");
                gids.add("slot " + i);
            }
        }
        return gids;
    }

    private boolean isPrepared(BranchRef ref) {
        return resource.prepared(100).stream().anyMatch(branch -> branch.ref().equals(ref));
    }

    private long payments() throws SQLException {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select count(*) from payment")) {
            row.next();
            return row.getLong(1);
        }
    }

    private void execute(String... statements) throws SQLException {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    /** Whom commits wait for; nobody by that name ever comes, and an empty one is not waited for. */
    private void standby(String name) throws SQLException {
        administer("alter system set synchronous_standby_names = '" + name + "'", "select pg_reload_conf()");
        await().until(() -> {
            try (Connection connection = pool.getConnection();
                    Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery("show synchronous_standby_names")) {
                row.next();
                return row.getString(1).equals(name);
            }
        });
    }

    private static void awaitWaiting(String command) {
        await().alias(command + " waits for the standby").until(() -> {
            try (Connection connection = server.superuserConnection();
                    Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery("select count(*) from pg_stat_activity"
                            + " where wait_event = 'SyncRep' and query ilike '" + command + "%'")) {
                row.next();
                return row.getLong(1) == 1;
            }
        });
    }

    private static void cancelWaiting() throws SQLException {
        administer("select pg_cancel_backend(pid) from pg_stat_activity where wait_event = 'SyncRep'");
    }

    private static void terminateWaiting() throws SQLException {
        administer("select pg_terminate_backend(pid) from pg_stat_activity where wait_event = 'SyncRep'");
    }

    private static void administer(String... statements) throws SQLException {
        try (Connection connection = server.superuserConnection();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    /** The collected flow asks no coordinator before the vote. */
    private static final class NoCoordinator implements CoordinatorClient {

        @Override
        public CommitAnswer commit(CommitOrder order) {
            throw new AssertionError("asked for a commit");
        }

        @Override
        public RollbackAnswer rollback(TransactionId transaction, String reason, List<BranchVote> branches) {
            throw new AssertionError("asked for a rollback");
        }

        @Override
        public EnlistAnswer enlist(
                TransactionId transaction, @Nullable TransactionToken token, BranchVote branch, Duration within) {
            throw new AssertionError("asked to enlist");
        }

        @Override
        public Map<BranchRef, InquiryAnswer> inquire(List<PreparedBranch> branches) {
            throw new AssertionError("asked about branches");
        }
    }
}
