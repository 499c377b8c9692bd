package io.assent.coordinator.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.assent.coordinator.engine.DecisionLog.NewTransaction;
import io.assent.coordinator.engine.DecisionLog.Progress;
import io.assent.coordinator.engine.DecisionLog.Reading;
import io.assent.coordinator.engine.DecisionLog.Reply;
import io.assent.coordinator.engine.DecisionLog.Status;
import io.assent.coordinator.protocol.Branch;
import io.assent.protocol.Decision;
import io.assent.protocol.TransactionId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/**
 * Goal: the log grows by partitions and forgets by partitions, and R9 holds at every moment of it. Method: real PostgreSQL.
 * Its clock cannot be turned, so the log is made as old as a test needs it: partitions as they would have been made then, and
 * rows that were decided now and are moved into the past with their ids.
 */
class PartitionsIntegrationTests {

    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
    private OpenLog log;
    private Partitions partitions;

    @BeforeEach
    void open() {
        log = OpenLog.aged(OpenLog.freshDatabase(), OpenLog.settings().build(), Duration.ofHours(8));
        partitions = new Partitions(log.properties(), log.metrics());
        lines.start();
        ((Logger) LoggerFactory.getLogger(Partitions.class)).addAppender(lines);
    }

    @AfterEach
    void close() {
        ((Logger) LoggerFactory.getLogger(Partitions.class)).detachAppender(lines);
        log.close();
    }

    @Test
    void finishedTransactionsAreForgottenWithTheirPartition_R9() {
        TransactionId old = moved(finished(), Duration.ofHours(5));
        TransactionId marginal = moved(finished(), Duration.ofMinutes(124));
        TransactionId fresh = finished();
        List<String> before = attached();

        lookAfter();

        assertThat(attached()).isNotEmpty().hasSizeLessThan(before.size());
        assertThat(log.metrics().dropped().count())
                .isEqualTo(before.size() - attached().size());
        assertThat(tables()).as("nothing is left over").isEqualTo(attached());
        Reading reading = Drafts.get(log.port().find(List.of(old, marginal, fresh)));
        assertThat(reading.records()).containsOnlyKeys(marginal, fresh);
        assertThat(old.timestamp()).isBefore(reading.horizon());
        assertThat(Drafts.get(log.port().decide(Drafts.commit(old, 1))).status())
                .isEqualTo(Status.TOO_OLD);
        assertThat(Drafts.get(log.port().decide(Drafts.rollback(old, 1))).status())
                .isEqualTo(Status.TOO_OLD);
        assertThat(log.count("select count(*) from assent_transaction")).isEqualTo(2);
    }

    @Test
    void aPartitionWithAnUnfinishedTransactionIsKeptWhole() {
        TransactionId done = moved(finished(), Duration.ofHours(5));
        TransactionId open = moved(unfinished(), Duration.ofHours(5));

        lookAfter();
        lookAfter();

        assertThat(Drafts.get(log.port().find(List.of(done, open))).records()).containsOnlyKeys(done, open);
        assertThat(warnings())
                .singleElement()
                .satisfies(
                        line -> assertThat(line).contains("is kept whole", "1, the first is " + open, "/resolution"));
        assertThat(Drafts.get(log.port().decide(Drafts.rollback(open, 9)))
                        .record()
                        .decision())
                .as("the record comes first")
                .isEqualTo(Decision.COMMIT);

        // Finished now: what was finished late is kept for the retention period as well.
        Branch branch = Drafts.get(log.port().find(List.of(open)))
                .records()
                .get(open)
                .branches()
                .get(0);
        Drafts.get(log.port().record(Drafts.complete(open, branch)));
        lookAfter();
        assertThat(Drafts.get(log.port().find(List.of(done, open))).records()).containsOnlyKeys(done, open);
        log.execute("update assent_transaction set completed_at = completed_at - interval '3 hours'");
        partitions = new Partitions(log.properties(), log.metrics());
        lookAfter();
        assertThat(Drafts.get(log.port().find(List.of(done, open))).records()).isEmpty();
    }

    @Test
    void theHorizonNeverGoesBackWhateverTheRetentionPeriodIsSetTo_R9() {
        TransactionId old = moved(finished(), Duration.ofHours(5));
        lookAfter();
        try (OpenLog patient = OpenLog.open(
                log.database(),
                OpenLog.settings()
                        .retention(Duration.ofDays(30))
                        .partitionWidth(Duration.ofHours(1))
                        .build())) {
            Reading reading = Drafts.get(patient.port().find(List.of(old)));
            assertThat(reading.records()).isEmpty();
            assertThat(old.timestamp()).as("FORGOTTEN").isBefore(reading.horizon());
            assertThat(Drafts.get(patient.port().decide(Drafts.rollback(old, 2)))
                            .status())
                    .as("a COMMIT that was forgotten is never answered ROLLBACK")
                    .isEqualTo(Status.TOO_OLD);
            assertThat(Drafts.get(patient.port().enlist(old, Drafts.branch("1", Drafts.SHOP), null))
                            .status())
                    .isEqualTo(Status.TOO_OLD);
        }
        assertThatThrownBy(() -> log.execute("update assent_log_range set forgotten_before = 'epoch'"))
                .hasMessageContaining("would go back");
    }

    @Test
    void whoReadTheHorizonBeforeItRoseStillCannotWriteBelowIt_R9() {
        TransactionId old = moved(finished(), Duration.ofHours(5));
        lookAfter();
        // As a statement would that judged by what it read before: no look at the horizon at all.
        assertThatThrownBy(
                        () -> log.execute("insert into assent_transaction (id, begun, created_at, changed_at) values ('"
                                + old + "', true, now(), now())"))
                .hasMessageContaining("no partition of relation");
        // And the next looks make no partition there.
        lookAfter();
        assertThatThrownBy(
                        () -> log.execute("insert into assent_transaction (id, begun, created_at, changed_at) values ('"
                                + old + "', true, now(), now())"))
                .hasMessageContaining("no partition of relation");
    }

    @Test
    void aDropWaitsForADecisionThatIsBeingToldAndHoldsUpNoOther_R9() throws SQLException {
        TransactionId old = moved(finished(), Duration.ofHours(9));
        TransactionId other = moved(finished(), Duration.ofHours(5));
        try (Connection telling = log.connection();
                Statement statement = telling.createStatement()) {
            telling.setAutoCommit(false);
            // What decide does with a late repetition: the record is there, and stays until it has been told.
            assertThat(bool(statement, "select assent_recorded('" + old + "', true)"))
                    .isTrue();
            Thread dropping = new Thread(this::lookAfter);
            dropping.start();
            await().until(() -> log.count("select count(*) from pg_stat_activity where wait_event_type = 'Lock'"
                            + " and query like '%detach partition%' and datname = current_database()")
                    > 0);
            long start = System.nanoTime();
            assertThat(Drafts.get(log.port().decide(Drafts.commit(Drafts.id(), 1)))
                            .status())
                    .isEqualTo(Status.OK);
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .as("it did not wait for the drop, which still waits")
                    .isLessThan(Partitions.PATIENCE);
            join(dropping);
            assertThat(log.count("select count(*) from pg_inherits where inhdetachpending"))
                    .isEqualTo(1);
            assertThat(Drafts.get(log.port().decide(Drafts.rollback(old, 2))).status())
                    .as("detached in part: no new answer, and no other one")
                    .isEqualTo(Status.TOO_OLD);
            telling.commit();
        }
        lookAfter();
        assertThat(tables()).isEqualTo(attached());
        assertThat(Drafts.get(log.port().find(List.of(old, other))).records()).isEmpty();
        assertThat(Drafts.get(log.port().decide(Drafts.commit(old, 2))).status())
                .isEqualTo(Status.TOO_OLD);
    }

    @Test
    void aTransactionThatIsOpenedAgainWhileItsPartitionIsDroppedIsPutBack() throws SQLException {
        TransactionId old = moved(finished(), Duration.ofHours(9));
        try (Connection adopting = log.connection();
                Statement statement = adopting.createStatement()) {
            adopting.setAutoCommit(false);
            statement.execute("update assent_transaction set completed_at = null, next_attempt_at = now() where id = '"
                    + old + "'");
            lookAfter();
            adopting.commit();
        }
        lookAfter();
        assertThat(warnings()).anySatisfy(line -> assertThat(line).contains("was put back"));
        assertThat(Drafts.get(log.port().find(List.of(old))).records()).containsKey(old);
        assertThat(Drafts.get(log.port().claim(10, Duration.ofMinutes(1))))
                .extracting(record -> record.id())
                .containsExactly(old);
        assertThat(tables()).isEqualTo(attached());
    }

    @Test
    void whatACrashLeftBehindIsFinishedByTheNextLook() {
        TransactionId old = moved(finished(), Duration.ofHours(5));
        String partition = attached().stream()
                .filter(name -> PartitionRange.of(name)
                        .map(range -> !old.timestamp().isBefore(range.from())
                                && old.timestamp().isBefore(range.until()))
                        .orElse(false))
                .findFirst()
                .orElseThrow();
        PartitionRange range = PartitionRange.of(partition).orElseThrow();
        // Crashed after the horizon rose and the partition was detached.
        log.execute(
                "update assent_log_range set forgotten_before = '" + range.until() + "'",
                "alter table assent_transaction detach partition " + partition);
        assertThat(Drafts.get(log.port().decide(Drafts.rollback(old, 2))).status())
                .isEqualTo(Status.TOO_OLD);
        lookAfter();
        assertThat(tables()).doesNotContain(partition).isEqualTo(attached());
    }

    @Test
    void whereThereIsNoPartitionYetNothingIsWrittenAndTheAnswerSaysSo() {
        try (OpenLog asleep = OpenLog.at(
                OpenLog.freshDatabase(),
                OpenLog.settings().build(),
                List.of(Instant.now().minus(Duration.ofHours(5))))) {
            TransactionId id = Drafts.id();
            for (Reply reply : List.of(
                    Drafts.get(asleep.port().decide(Drafts.commit(id, 1))),
                    Drafts.get(asleep.port().decide(Drafts.rollback(id, 1))),
                    Drafts.get(asleep.port().begin(new NewTransaction(id, null, Duration.ofMinutes(1), null, null))))) {
                assertThat(reply.status()).isEqualTo(Status.UNAVAILABLE);
                assertThat(reply.detail()).contains("no partition for " + id);
            }
            partitions = new Partitions(asleep.properties(), asleep.metrics());
            lookAfter(asleep);
            assertThat(Drafts.get(asleep.port().decide(Drafts.commit(id, 1))).status())
                    .isEqualTo(Status.OK);
        }
    }

    @Test
    void instancesThatStartTogetherMakeEachPartitionOnce() {
        LogDatabase database = OpenLog.freshDatabase();
        LogProperties properties =
                OpenLog.settings().partitionWidth(Duration.ofMinutes(1)).build();
        // The schema, without partitions.
        OpenLog.at(database, properties, List.of()).close();
        List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
        List<Thread> starting = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            Thread thread = new Thread(() -> OpenLog.open(database, properties).close());
            thread.setUncaughtExceptionHandler((t, e) -> failures.add(e));
            starting.add(thread);
            thread.start();
        }
        starting.forEach(PartitionsIntegrationTests::join);
        assertThat(failures).isEmpty();
        try (OpenLog opened = OpenLog.open(database, properties)) {
            assertThat(Drafts.get(opened.port().decide(Drafts.commit(Drafts.id(), 1)))
                            .status())
                    .isEqualTo(Status.OK);
        }
    }

    @Test
    void decisionsGoOnWhilePartitionsComeAndGo() throws SQLException {
        AtomicBoolean over = new AtomicBoolean();
        List<Status> answers = Collections.synchronizedList(new ArrayList<>());
        Thread deciding = new Thread(() -> {
            while (!over.get()) {
                answers.add(Drafts.get(log.port().decide(Drafts.commit(Drafts.id(), 1)))
                        .status());
            }
        });
        deciding.start();
        try {
            // A day of it, hour by hour; what was decided now is unfinished and younger than all that is dropped.
            Instant now = Instant.now();
            for (int hour = 1; hour <= 24; hour++) {
                try (Connection connection = log.pool().getDataSource().getConnection()) {
                    partitions.make(connection, now.plus(Duration.ofHours(hour)));
                }
                lookAfter();
            }
        } finally {
            over.set(true);
            join(deciding);
        }
        assertThat(answers).hasSizeGreaterThan(20).containsOnly(Status.OK);
        assertThat(log.metrics().dropped().count()).isPositive();
    }

    /** What is decided, asked for or recovered now must not pay for what is kept. */
    @Test
    void oldPartitionsAreNotReadByWhatConcernsNewTransactions() throws SQLException {
        List<TransactionId> old = new ArrayList<>();
        for (int hours = 3; hours <= 7; hours++) {
            old.add(moved(finished(), Duration.ofHours(hours)));
        }
        TransactionId fresh = finished();
        try (Connection connection = log.pool().getDataSource().getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            new DecideStatement(log.properties(), new String[] {"main"}, (id, e) -> {})
                    .execute(connection, List.of(DecideStatement.Encoded.of(Drafts.commit(fresh, 1))));
            new ProgressStatement((id, e) -> {})
                    .execute(
                            connection,
                            List.of(ProgressStatement.Encoded.of(new Progress(fresh, List.of(), true, null))));
            statement.execute("select id from assent_transaction order by id desc limit 1");
            statement.execute("select t.id from unnest(array['" + fresh
                    + "']::uuid[]) as asked (id) join assent_transaction t on t.id = asked.id");
            for (TransactionId id : old) {
                assertThat(scans(statement, id)).as("partition of " + id).isZero();
            }
            assertThat(scans(statement, fresh)).as("the measure measures").isPositive();

            // A pass of recovery looks into the index of what is unfinished, which is empty there.
            statement.execute(
                    "select id from assent_transaction where next_attempt_at <= now() and completed_at is null"
                            + " order by next_attempt_at limit 10 for update skip locked");
            for (TransactionId id : old) {
                assertThat(sequentialScans(statement, id)).isZero();
            }
            connection.rollback();
        }
    }

    /** To have opened each of them would cost more than to write the progress. */
    @Test
    void progressOpensOnlyThePartitionOfItsTransactions() throws SQLException {
        for (int hours = 3; hours <= 7; hours++) {
            moved(finished(), Duration.ofHours(hours));
        }
        Progress progress = new Progress(finished(), List.of(), true, null);
        StringBuilder plan = new StringBuilder();
        try (Connection connection = log.pool().getDataSource().getConnection();
                PreparedStatement statement = connection.prepareStatement("explain " + ProgressStatement.SQL)) {
            ProgressStatement.bind(connection, statement, List.of(ProgressStatement.Encoded.of(progress)));
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    plan.append(rows.getString(1)).append('\n');
                }
            }
        }
        assertThat(attached()).hasSizeGreaterThan(5);
        assertThat(attached().stream().filter(partition -> plan.indexOf(partition) >= 0))
                .as("%s", plan)
                .hasSize(1);
    }

    private static long scans(Statement statement, TransactionId id) throws SQLException {
        return number(statement, "coalesce(idx_scan, 0) + seq_scan", id);
    }

    private static long sequentialScans(Statement statement, TransactionId id) throws SQLException {
        return number(statement, "seq_scan", id);
    }

    /** Of the partition of an id, in this transaction. */
    private static long number(Statement statement, String what, TransactionId id) throws SQLException {
        try (ResultSet row = statement.executeQuery("select " + what + ", relname from pg_stat_xact_user_tables"
                + " where relname like 'assent\\_transaction\\_2%' and to_timestamp("
                + id.timestamp().getEpochSecond()
                + ") at time zone 'UTC' >= to_timestamp(split_part(relname, '_', 3), 'YYYYMMDDHH24MISS')::timestamp and"
                + " to_timestamp(" + id.timestamp().getEpochSecond()
                + ") at time zone 'UTC' < to_timestamp(split_part(relname, '_', 4), 'YYYYMMDDHH24MISS')::timestamp")) {
            assertThat(row.next()).isTrue();
            return row.getLong(1);
        }
    }

    private static boolean bool(Statement statement, String query) throws SQLException {
        try (ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getBoolean(1);
        }
    }

    private TransactionId finished() {
        TransactionId id = Drafts.id();
        Branch branch = Drafts.get(log.port().decide(Drafts.commit(id, 1)))
                .record()
                .branches()
                .get(0);
        assertThat(Drafts.get(log.port().record(Drafts.complete(id, branch)))
                        .record()
                        .completedAt())
                .isNotNull();
        return id;
    }

    private TransactionId unfinished() {
        TransactionId id = Drafts.id();
        Drafts.get(log.port().decide(Drafts.commit(id, 1)));
        return id;
    }

    /** The same transaction, made and finished so much earlier. */
    private TransactionId moved(TransactionId id, Duration by) {
        TransactionId older = TransactionId.create(id.timestamp().minus(by), ThreadLocalRandom.current());
        log.execute("update assent_transaction set id = '" + older + "', completed_at = completed_at - interval '"
                + by.toSeconds() + " seconds' where id = '" + id + "'");
        return older;
    }

    private void lookAfter() {
        lookAfter(log);
    }

    private void lookAfter(OpenLog opened) {
        try (Connection connection = opened.pool().getDataSource().getConnection()) {
            partitions.lookAfter(connection);
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    private List<String> warnings() {
        return lines.list.stream()
                .filter(event -> event.getLevel().toString().equals("WARN"))
                .map(ILoggingEvent::getFormattedMessage)
                .toList();
    }

    private List<String> attached() {
        return names("select inhrelid::regclass::text from pg_inherits where inhparent = 'assent_transaction'::regclass"
                + " order by 1");
    }

    private List<String> tables() {
        return names("select relname from pg_class where relkind = 'r' and relname like 'assent\\_transaction\\_2%'"
                + " order by 1");
    }

    private List<String> names(String query) {
        List<String> names = new ArrayList<>();
        try (Connection connection = log.connection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            while (rows.next()) {
                names.add(rows.getString(1));
            }
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
        return names;
    }

    private static void join(Thread thread) {
        try {
            thread.join(60_000);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        assertThat(thread.isAlive()).isFalse();
    }
}
