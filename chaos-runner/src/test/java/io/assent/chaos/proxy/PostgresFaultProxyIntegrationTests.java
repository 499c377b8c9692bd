package io.assent.chaos.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import io.assent.embeddedpostgres.TestPostgres;
import java.net.InetSocketAddress;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Every fault on a link to PostgreSQL, with the driver that the services use and a real server: what the server did is
 * read on a connection that does not pass the proxy.
 */
@Timeout(60)
class PostgresFaultProxyIntegrationTests {

    private static final Duration LONG = Duration.ofSeconds(20);
    private static final UUID ID = UUID.fromString("01990000-0000-7000-8000-00000000abcd");

    private static TestPostgres.Database database;
    private static Connection direct;

    private final List<Passage> history = new CopyOnWriteArrayList<>();
    private FaultProxy proxy;

    @BeforeAll
    static void openDatabase() throws SQLException {
        database = TestPostgres.shared().freshDatabase("proxy");
        direct = DriverManager.getConnection(database.jdbcUrl(), database.username(), database.password());
        execute(direct, "create table entry (id int primary key, note text)");
    }

    @AfterAll
    static void closeDatabase() throws SQLException {
        direct.close();
    }

    @BeforeEach
    void openProxy() throws SQLException {
        execute(direct, "truncate entry");
        proxy = FaultProxy.postgres(
                "database",
                new InetSocketAddress(
                        "127.0.0.1", TestPostgres.shared().server().port()));
        proxy.listen(history::add);
    }

    @AfterEach
    void closeProxy() throws SQLException {
        proxy.close();
        try (Statement statement = direct.createStatement();
                ResultSet rows = statement.executeQuery(
                        "select gid from pg_prepared_xacts where database = current_database()")) {
            while (rows.next()) {
                execute(direct, "rollback prepared '" + rows.getString(1) + "'");
            }
        }
    }

    @Test
    void namesStatementsOfTheSimpleProtocol() throws SQLException {
        try (Connection connection = connect("preferQueryMode", "simple")) {
            execute(connection, "insert into entry values (1, '" + ID + "')");
        }
        awaitEnd();
        Passage insert = passage("INSERT");
        assertThat(insert.message().text()).startsWith("insert into entry");
        assertThat(insert.message().transactions()).containsExactly(ID.toString());
        Message reply = reply("INSERT 0 1");
        assertThat(reply.request()).contains(insert.message());
        assertThat(reply.transactions()).containsExactly(ID.toString());
        // What passes in one direction is told independently of the other.
        assertThat(kinds().subList(0, 4))
                .containsExactlyInAnyOrder("NEGOTIATION", "NEGOTIATION", "STARTUP", "AUTHENTICATION");
        assertThat(proxy.unframed()).isZero();
    }

    @Test
    void namesStatementsOfTheExtendedProtocolAlsoWhenTheServerHasPreparedThem() throws SQLException {
        try (Connection connection = connect();
                PreparedStatement insert = connection.prepareStatement("insert into entry values (?, ?)")) {
            connection.setAutoCommit(false);
            for (int i = 0; i < 10; i++) {
                insert.setInt(1, i);
                insert.setString(2, "note " + i);
                insert.executeUpdate();
            }
            connection.commit();
            try (PreparedStatement select =
                    connection.prepareStatement("select note from entry where id = ? and ? is not null")) {
                select.setInt(1, 3);
                select.setObject(2, ID);
                assertThat(select.executeQuery().next()).isTrue();
            }
        }
        awaitEnd();
        List<Message> inserts = history.stream()
                .map(Passage::message)
                .filter(message -> message.direction() == Direction.REQUEST
                        && message.text().contains("insert into entry"))
                .toList();
        assertThat(inserts).hasSize(10);
        assertThat(inserts).allMatch(message -> message.kind().equals("INSERT"));
        assertThat(inserts.get(9).values()).contains("note 9");
        assertThat(inserts.get(9).size())
                .as("without its SQL")
                .isLessThan(inserts.get(1).size());
        assertThat(kinds()).contains("BEGIN", "INSERT 0 1", "COMMIT");
        assertThat(history.stream().map(Passage::message))
                .anyMatch(message ->
                        message.kind().contains("SELECT") && message.values().contains(ID.toString()));
        assertThat(proxy.unframed()).isZero();
    }

    @Test
    void namesPreparedTransactionsAndErrors() throws SQLException {
        prepare("assent:a:" + ID + ":1:x", 1);
        try (Connection connection = connect()) {
            execute(connection, "commit prepared 'assent:a:" + ID + ":1:x'");
            assertThatExceptionOfType(SQLException.class)
                    .isThrownBy(() -> execute(connection, "commit prepared 'assent:a:" + ID + ":1:x'"));
        }
        await().until(() -> kinds().contains("ERROR 42704"));
        assertThat(reply("PREPARE TRANSACTION").transactions()).containsExactly(ID.toString());
        assertThat(reply("COMMIT PREPARED").request().orElseThrow().kind()).isEqualTo("COMMIT PREPARED");
        assertThat(reply("ERROR 42704").text()).contains("does not exist");
        assertThat(entries()).isEqualTo(1);
        assertThat(proxy.unframed()).isZero();
    }

    @Test
    void dropsARequest() throws SQLException {
        Rule rule = proxy.rule(Match.request().sql("^insert"), Action.drop());
        try (Connection connection = connect("socketTimeout", "1")) {
            assertUnknown(() -> execute(connection, "insert into entry values (1, '')"));
        }
        assertThat(rule.hits()).isEqualTo(1);
        assertThat(entries()).isZero();
    }

    @Test
    void dropsAReply() throws SQLException {
        proxy.rule(Match.reply().tag("^INSERT"), Action.dropAndReset());
        try (Connection connection = connect()) {
            assertUnknown(() -> execute(connection, "insert into entry values (1, '')"));
        }
        assertThat(entries()).isEqualTo(1);
    }

    @Test
    void delaysARequestBeyondTheLifeOfItsClient() throws SQLException {
        proxy.rule(Match.request().sql("^insert"), Action.delay(Duration.ofMillis(1_500)));
        try (Connection connection = connect("socketTimeout", "1")) {
            assertUnknown(() -> execute(connection, "insert into entry values (1, '')"));
        }
        assertThat(entries()).isZero();
        await().until(() -> entries() == 1);
    }

    @Test
    void refusesToDouble() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> proxy.rule(Match.request(), Action.duplicate()))
                .withMessageContaining("a PostgreSQL message belongs to its session");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> proxy.rule(Match.request(), Action.replay(Duration.ZERO)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> proxy.rule(Match.request().path("/v1"), Action.drop()))
                .withMessageContaining("speaks POSTGRES");
    }

    @Test
    void resetsBeforeARequest() throws SQLException {
        proxy.rule(Match.request().sql("^insert"), Action.resetBefore());
        try (Connection connection = connect()) {
            assertUnknown(() -> execute(connection, "insert into entry values (1, '')"));
        }
        assertThat(entries()).isZero();
    }

    @Test
    void resetsInTheMiddleOfAReply() throws SQLException {
        proxy.rule(Match.reply().tag("^INSERT"), Action.resetInTheMiddle());
        try (Connection connection = connect()) {
            assertUnknown(() -> execute(connection, "insert into entry values (1, '')"));
        }
        assertThat(entries()).isEqualTo(1);
    }

    @Test
    void truncatesARequest() throws SQLException {
        proxy.rule(Match.request().sql("^insert"), Action.truncate());
        try (Connection connection = connect()) {
            assertUnknown(() -> execute(connection, "insert into entry values (1, '')"));
        }
        assertThat(entries()).isZero();
    }

    @Test
    void truncatesAReply() throws SQLException {
        proxy.rule(Match.reply().tag("^INSERT"), Action.truncate());
        try (Connection connection = connect()) {
            assertUnknown(() -> execute(connection, "insert into entry values (1, '')"));
        }
        assertThat(entries()).isEqualTo(1);
    }

    @Test
    void garblesAStatement() throws SQLException {
        proxy.rule(Match.request().sql("^insert"), Action.garble());
        try (Connection connection = connect()) {
            assertThatExceptionOfType(SQLException.class)
                    .isThrownBy(() -> execute(connection, "insert into entry values (1, 'a note')"))
                    .satisfies(e -> assertThat(e.getSQLState()).isEqualTo("22021"));
        }
        assertThat(entries()).isZero();
    }

    @Test
    void garblesAReply() throws SQLException {
        Rule rule = proxy.rule(Match.reply().tag("^PREPARE"), Action.garble());
        // The driver does not read this tag; that it goes on is its own affair.
        prepare("garbled", 1);
        assertThat(rule.hits()).isEqualTo(1);
        await().untilAsserted(
                        () -> assertThat(history).extracting(Passage::fate).containsOnlyOnce(Fate.SPOILT));
        assertThat(prepared()).isEqualTo(1);
    }

    @Test
    void leavesAConnectionHalfOpen() throws SQLException {
        proxy.rule(Match.request().sql("^insert"), Action.halfOpen());
        try (Connection connection = connect("socketTimeout", "1")) {
            assertUnknown(() -> execute(connection, "insert into entry values (1, '')"));
        }
        assertThat(entries()).isZero();
    }

    @Test
    void sendsOneByteAtATime() throws SQLException {
        Rule rule = proxy.rule(Match.reply().tag("^INSERT"), Action.slow(Duration.ofMillis(2)));
        try (Connection connection = connect()) {
            execute(connection, "insert into entry values (1, '')");
        }
        assertThat(rule.hits()).isEqualTo(1);
        assertThat(entries()).isEqualTo(1);
    }

    @Test
    void handsTwoRequestsOnInReverse() throws Exception {
        Rule rule = proxy.rule(Match.request().sql("^update").first(1), Action.reorder(LONG));
        execute(direct, "insert into entry values (1, 'nobody')");
        try (Connection first = connect();
                Connection second = connect()) {
            CompletableFuture<Void> waiting = CompletableFuture.runAsync(() -> {
                try {
                    execute(first, "update entry set note = 'first'");
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            });
            rule.awaitHit(LONG);
            execute(second, "update entry set note = 'second'");
            waiting.get(20, TimeUnit.SECONDS);
        }
        assertThat(note()).isEqualTo("first");
    }

    @Test
    void runsATriggerBeforePrepareTransactionAndLosesIt() throws SQLException {
        Rule rule =
                proxy.rule(Match.request().sql("^prepare transaction"), Action.before(message -> Trigger.Then.DROP));
        assertUnknown(() -> prepare("one", 1));
        rule.awaitDone(LONG);
        assertThat(prepared()).isZero();
    }

    @Test
    void runsATriggerAfterPrepareTransactionWasRepliedAndLosesTheReply() throws SQLException {
        Rule rule = proxy.rule(
                Match.request().sql("^prepare transaction"), Action.afterReplied(message -> Trigger.Then.DROP));
        assertUnknown(() -> prepare("one", 1));
        rule.awaitDone(LONG);
        assertThat(prepared()).isEqualTo(1);
    }

    @Test
    void runsATriggerAfterCommitPreparedAndHandsTheReplyOn() throws Exception {
        CountDownLatch resumed = new CountDownLatch(1);
        CompletableFuture<Integer> seenWhileHeld = new CompletableFuture<>();
        proxy.rule(Match.request().sql("^commit prepared"), Action.afterReplied(reply -> {
            seenWhileHeld.complete(entries());
            resumed.await();
            return Trigger.Then.FORWARD;
        }));
        prepare("one", 1);
        try (Connection connection = connect()) {
            CompletableFuture<Void> committing = CompletableFuture.runAsync(() -> {
                try {
                    execute(connection, "commit prepared 'one'");
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            });
            assertThat(seenWhileHeld.get(20, TimeUnit.SECONDS)).isEqualTo(1);
            assertThat(committing).isNotDone();
            resumed.countDown();
            committing.get(20, TimeUnit.SECONDS);
        }
    }

    @Test
    void holdsStatementsWhileTheLinkIsCut() throws Exception {
        try (Connection connection = connect()) {
            proxy.cut();
            CompletableFuture<Void> inserting = CompletableFuture.runAsync(() -> {
                try {
                    execute(connection, "insert into entry values (1, '')");
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            });
            await().during(Duration.ofMillis(300)).until(() -> !inserting.isDone() && entries() == 0);
            proxy.heal();
            inserting.get(20, TimeUnit.SECONDS);
        }
        assertThat(entries()).isEqualTo(1);
    }

    @Test
    void passesOnWhatAServerSaysUnasked() throws SQLException {
        try (Connection connection = connect()) {
            int backend = pid(connection);
            execute(direct, "select pg_terminate_backend(" + backend + ") from pg_sleep(0)");
        } catch (SQLException e) {
            assertThat(e.getSQLState()).isEqualTo("57P01");
        }
        await().until(() -> kinds().contains("ERROR 57P01"));
        assertThat(proxy.unframed()).isZero();
    }

    private Connection connect(String... properties) throws SQLException {
        Properties all = new Properties();
        all.setProperty("user", database.username());
        all.setProperty("password", database.password());
        for (int i = 0; i < properties.length; i += 2) {
            all.setProperty(properties[i], properties[i + 1]);
        }
        return DriverManager.getConnection("jdbc:postgresql://127.0.0.1:" + proxy.port() + "/" + database.name(), all);
    }

    private void prepare(String gid, int id) throws SQLException {
        try (Connection connection = connect()) {
            connection.setAutoCommit(false);
            execute(connection, "insert into entry values (" + id + ", '')");
            execute(connection, "prepare transaction '" + gid + "'");
            connection.commit();
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static int pid(Connection connection) throws SQLException {
        return number(connection, "select pg_backend_pid()");
    }

    private static int entries() throws SQLException {
        return number(direct, "select count(*) from entry");
    }

    private static int prepared() throws SQLException {
        return number(direct, "select count(*) from pg_prepared_xacts where database = current_database()");
    }

    private static synchronized int number(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getInt(1);
        }
    }

    private static String note() throws SQLException {
        try (Statement statement = direct.createStatement();
                ResultSet rows = statement.executeQuery("select note from entry")) {
            rows.next();
            return rows.getString(1);
        }
    }

    /** The history is written when a message has passed: it may be behind what the client knows. */
    private void awaitEnd() {
        await().until(() -> kinds().contains("TERMINATE"));
    }

    private List<String> kinds() {
        return history.stream().map(passage -> passage.message().kind()).toList();
    }

    private Passage passage(String kind) {
        return history.stream()
                .filter(passage -> passage.message().kind().equals(kind))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + kind + " in " + kinds()));
    }

    private Message reply(String kind) {
        return history.stream()
                .map(Passage::message)
                .filter(message ->
                        message.direction() == Direction.REPLY && message.kind().equals(kind))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + kind + " in " + kinds()));
    }

    /** The driver cannot know what became of the statement. */
    private static void assertUnknown(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(call)
                .satisfies(e -> assertThat(e.getSQLState()).startsWith("08"));
    }
}
