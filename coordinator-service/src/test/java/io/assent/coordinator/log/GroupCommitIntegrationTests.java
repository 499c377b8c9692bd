package io.assent.coordinator.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.assent.coordinator.engine.DecisionLog.NewTransaction;
import io.assent.coordinator.engine.DecisionLog.Progress;
import io.assent.coordinator.engine.DecisionLog.Reply;
import io.assent.coordinator.engine.DecisionLog.Status;
import io.assent.coordinator.protocol.Branch;
import io.assent.protocol.TransactionId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Goal: decisions that arrive together are written together, one write each, and one that cannot be written holds up no
 * other. Method: the only writer is made to wait for a locked row while more arrives; statements are counted.
 */
class GroupCommitIntegrationTests {

    private final AtomicReference<CountingDataSource> counting = new AtomicReference<>();
    private OpenLog log;

    @BeforeEach
    void open() {
        log = open(OpenLog.settings().writers(1).build());
    }

    @AfterEach
    void close() {
        log.close();
    }

    @Test
    void whatArrivesWhileTheWriterIsBusyIsWrittenInOneStatement() throws SQLException {
        List<CompletionStage<Reply>> replies = new ArrayList<>();
        whileTheWriterWaits(() -> {
            for (int i = 0; i < 200; i++) {
                replies.add(log.port().decide(Drafts.commit(Drafts.id(), i)));
            }
        });

        assertThat(replies).allSatisfy(reply -> {
            assertThat(Drafts.get(reply).status()).isEqualTo(Status.OK);
            assertThat(Drafts.get(reply).changed()).isTrue();
        });
        assertThat(decisionStatements())
                .as("one for the locked row, one for all others")
                .hasSize(2);
        assertThat(log.count("select count(*) from assent_transaction where asked = 0"))
                .isEqualTo(201);
        assertThat(log.count("select count(distinct xmin::text) from assent_transaction"))
                .as("PostgreSQL transactions")
                .isEqualTo(2);
    }

    /** The server plans the statement once, while the table is still small; what it chose has to suit a large one. */
    @Test
    void aBatchOfProgressReadsItsOwnRowsAndNotThoseBetween() throws SQLException {
        List<TransactionId> all = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            all.add(Drafts.id());
        }
        all.sort(null);
        decide(all.subList(0, 10));
        ProgressStatement progress = new ProgressStatement((id, e) -> {});
        try (Connection writer = log.connections().planningOnce("test").getConnection();
                Statement statistics = writer.createStatement()) {
            for (int i = 0; i < 10; i++) {
                progress.execute(writer, List.of(completed(all.get(i))));
            }
            decide(all.subList(10, all.size()));
            List<ProgressStatement.Encoded> batch = new ArrayList<>();
            for (int i = 0; i < all.size(); i += 10) {
                batch.add(completed(all.get(i)));
            }
            writer.setAutoCommit(false);

            Map<TransactionId, Reply> replies = progress.execute(writer, batch);

            assertThat(replies).hasSize(batch.size());
            assertThat(replies.values()).extracting(Reply::status).containsOnly(Status.OK);
            try (ResultSet row = statistics.executeQuery("select sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) as read"
                    + " from pg_stat_xact_user_tables where relname like 'assent\\_transaction\\_2%'")) {
                assertThat(row.next()).isTrue();
                assertThat(row.getLong("read")).isBetween((long) batch.size(), 3L * batch.size());
            }
            writer.rollback();
        }
    }

    /** Goal: where every branch has ended, progress may do without the log's functions. Method: all lists of up to two branches. */
    @Test
    void whereEveryBranchHasEndedTheLogsFunctionsHaveNothingToAdd() {
        String lists = """
                with branch as materialized (
                    select jsonb_strip_nulls(jsonb_build_object('id', 'a', 'ref', ref, 'vote', vote, 'state', state,
                        'member', member, 'acknowledged', acknowledged)) as b
                    from unnest(array['r', null]) ref,
                        unnest(array['PREPARED', 'READ_ONLY', 'PENDING', 'ROLLBACK']) vote,
                        unnest(array[null, 'COMMITTED', 'ROLLED_BACK', 'NEVER_SEEN', 'PREPARED']) state,
                        unnest(array[true, null]) member,
                        unnest(array[true, false, null]) acknowledged),
                ended as materialized (select b from branch where b -> 'acknowledged' = 'true'),
                list as materialized (
                    select '[]'::jsonb as l, false as some_left
                    union all select jsonb_build_array(b), coalesce(b -> 'acknowledged' <> 'true', true) from branch
                    union all select jsonb_build_array(e.b, b.b), coalesce(b.b -> 'acknowledged' <> 'true', true)
                        from ended e, branch b where e.b ->> 'vote' = 'PREPARED'
                    union all select jsonb_build_array(e.b, b.b), false from ended e, ended b)
                select count(*) from list""";

        assertThat(log.count(lists)).isGreaterThan(10_000);
        assertThat(log.count(lists + " where some_left <> " + ProgressStatement.SOME_LEFT.formatted("l")))
                .isZero();
        assertThat(log.count(lists + """
                , unnest(array['COMMIT', 'ROLLBACK']) verdict
                where not some_left and (assent_outstanding(l, verdict, false) or assent_outstanding(l, verdict, true)
                    or assent_outcome(l, verdict, false) is not null
                    or assent_outcome(l, verdict, true) is distinct from
                        case verdict when 'COMMIT' then 'COMMITTED' else 'ROLLED_BACK' end)
                """)).isZero();
    }

    /** Servers have crashed on less: each row is looked at again, since it is not what it was when the statement began. */
    @Test
    void progressThatHadToWaitForItsRowsKeepsWhatAnotherSessionWroteMeanwhile() throws Exception {
        List<TransactionId> all = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            all.add(Drafts.id());
        }
        all.sort(null);
        decide(all);
        List<ProgressStatement.Encoded> batch =
                all.stream().map(GroupCommitIntegrationTests::completed).toList();
        ProgressStatement progress = new ProgressStatement((id, e) -> {});
        try (Connection writer = log.connections().planningOnce("test").getConnection();
                Connection other = log.connection();
                Statement others = other.createStatement()) {
            // Until the server has kept the statement, and its one plan.
            for (int i = 0; i < 10; i++) {
                progress.execute(writer, batch);
            }
            for (int round = 1; round <= 3; round++) {
                other.setAutoCommit(false);
                others.execute("update assent_transaction set attempts = attempts + 1");
                CompletableFuture<Map<TransactionId, Reply>> waiting = CompletableFuture.supplyAsync(() -> {
                    try {
                        return progress.execute(writer, batch);
                    } catch (SQLException e) {
                        throw new AssertionError(e);
                    }
                });
                await().atMost(Duration.ofSeconds(60))
                        .until(() -> log.count("select count(*) from pg_stat_activity where wait_event_type = 'Lock'"
                                        + " and application_name = 'test' and datname = current_database()")
                                == 1);
                other.commit();

                Map<TransactionId, Reply> replies = waiting.get(60, TimeUnit.SECONDS);
                assertThat(replies).hasSize(all.size());
                int expected = round;
                assertThat(replies.values()).allSatisfy(reply -> {
                    assertThat(reply.status()).isEqualTo(Status.OK);
                    assertThat(reply.record().attempts()).isEqualTo(expected);
                });
            }
        }
        assertThat(log.count("select count(*) from assent_transaction where attempts = 3 and confirmed"))
                .isEqualTo(all.size());
    }

    private void decide(List<TransactionId> ids) {
        List<CompletionStage<Reply>> replies = new ArrayList<>();
        ids.forEach(id -> replies.add(log.port().decide(Drafts.commit(id, 1))));
        replies.forEach(Drafts::get);
    }

    private static ProgressStatement.Encoded completed(TransactionId id) {
        return ProgressStatement.Encoded.of(new Progress(id, List.of(), true, null));
    }

    @Test
    void aSecondProposalForAnIdGoesIntoTheNextBatch() throws SQLException {
        TransactionId id = Drafts.id();
        List<CompletionStage<Reply>> replies = new ArrayList<>();
        whileTheWriterWaits(() -> {
            replies.add(log.port().decide(Drafts.commit(id, 1)));
            replies.add(log.port().decide(Drafts.rollback(id, 2)));
            replies.add(log.port().decide(Drafts.commit(id, 1)));
            replies.add(log.port().decide(Drafts.commit(Drafts.id(), 1)));
        });
        assertThat(replies).extracting(reply -> Drafts.get(reply).changed()).containsExactly(true, false, true, true);
        assertThat(decisionStatements()).hasSize(4);
    }

    @Test
    void aBatchIsNoLargerThanAllowed() throws SQLException {
        log.close();
        log = open(OpenLog.settings().writers(1).maxBatch(10).build());
        List<CompletionStage<Reply>> replies = new ArrayList<>();
        whileTheWriterWaits(() -> {
            for (int i = 0; i < 100; i++) {
                replies.add(log.port().decide(Drafts.commit(Drafts.id(), i)));
            }
        });
        replies.forEach(reply -> assertThat(Drafts.get(reply).status()).isEqualTo(Status.OK));
        assertThat(decisionStatements()).hasSize(11);
    }

    @Test
    void aFullQueueIsAnsweredAtOnce() throws SQLException {
        log.close();
        log = open(OpenLog.settings().writers(1).queue(3).build());
        List<CompletionStage<Reply>> replies = new ArrayList<>();
        whileTheWriterWaits(() -> {
            for (int i = 0; i < 3; i++) {
                replies.add(log.port().decide(Drafts.commit(Drafts.id(), i)));
            }
            CompletionStage<Reply> refused = log.port().decide(Drafts.commit(Drafts.id(), 3));
            assertThat(refused.toCompletableFuture()).isCompleted();
            assertThat(Drafts.get(refused).status()).isEqualTo(Status.UNAVAILABLE);
            assertThat(Drafts.get(refused).detail()).contains("the limit is 3");
        });
        replies.forEach(reply -> assertThat(Drafts.get(reply).status()).isEqualTo(Status.OK));
    }

    @Test
    void whatWasNotSentWhenTheInstanceStopsIsSaidToBeUnwritten() throws Exception {
        List<CompletionStage<Reply>> queued = new ArrayList<>();
        CompletableFuture<Void> closing = new CompletableFuture<>();
        whileTheWriterWaits(() -> {
            for (int i = 0; i < 20; i++) {
                queued.add(log.port().decide(Drafts.commit(Drafts.id(), i)));
            }
            Thread closer = new Thread(() -> {
                log.log().close();
                closing.complete(null);
            });
            closer.start();
            queued.forEach(reply -> {
                assertThat(Drafts.get(reply).status()).isEqualTo(Status.UNAVAILABLE);
                assertThat(Drafts.get(reply).detail()).contains("stopping");
            });
        });
        closing.get(30, TimeUnit.SECONDS);
        assertThat(Drafts.get(log.port().decide(Drafts.commit(Drafts.id(), 1))).status())
                .isEqualTo(Status.UNAVAILABLE);
        assertThat(Drafts.get(log.port()
                                .begin(new NewTransaction(Drafts.id(), null, Duration.ofMinutes(1), null, null)))
                        .status())
                .isEqualTo(Status.UNAVAILABLE);
        assertThat(log.count("select count(*) from assent_transaction"))
                .as("only what was under way is finished")
                .isEqualTo(1);
    }

    @Test
    void oneProposalThatCannotBeWrittenHoldsUpNoOther() throws SQLException {
        TransactionId broken = Drafts.id();
        Drafts.get(log.port().begin(new NewTransaction(broken, null, Duration.ofMinutes(1), null, null)));
        Drafts.get(log.port().close(broken, null, null));
        log.execute("update assent_transaction set branches = '{}' where id = '" + broken + "'");
        List<CompletionStage<Reply>> replies = new ArrayList<>();
        List<CompletionStage<Reply>> poison = new ArrayList<>();
        whileTheWriterWaits(() -> {
            for (int i = 0; i < 50; i++) {
                replies.add(log.port().decide(Drafts.commit(Drafts.id(), i)));
                if (i == 25) {
                    poison.add(log.port().decide(Drafts.commit(broken, 1)));
                }
            }
        });
        replies.forEach(reply -> assertThat(Drafts.get(reply).status()).isEqualTo(Status.OK));
        assertThat(Drafts.get(poison.get(0)).status())
                .as("certainly not written")
                .isEqualTo(Status.UNAVAILABLE);
        assertThat(log.count("select count(*) from assent_transaction where id = '" + broken + "' and verdict is null"))
                .isEqualTo(1);
    }

    @Test
    void textThatPostgresqlCannotStoreIsMadeStorable() {
        TransactionId id = Drafts.id();
        Reply reply = Drafts.get(log.port()
                .decide(new io.assent.coordinator.engine.DecisionLog.Proposal(
                        1,
                        id,
                        io.assent.protocol.Decision.ROLLBACK,
                        null,
                        null,
                        List.of(),
                        "nul \0 and surrogate \ud800 and " + "x".repeat(5_000),
                        Duration.ofSeconds(10),
                        null)));
        assertThat(reply.status()).isEqualTo(Status.OK);
        assertThat(reply.record().reason())
                .startsWith("nul \ufffd and surrogate \ufffd and x")
                .hasSize(1_000);
    }

    @Test
    void oneRowThatCannotBeReadStopsNoRecovery() {
        TransactionId broken = Drafts.id();
        TransactionId sound = Drafts.id();
        Drafts.get(log.port().decide(Drafts.due(broken)));
        Drafts.get(log.port().decide(Drafts.due(sound)));
        log.execute(
                "update assent_transaction set branches = '[{\"id\": \"not a branch\"}]' where id = '" + broken + "'");

        assertThat(Drafts.get(log.port().claim(10, Duration.ofMinutes(1))))
                .extracting(record -> record.id())
                .containsExactly(sound);
        assertThat(log.metrics().unreadable().count()).isEqualTo(1);
        assertThat(log.count("select count(*) from assent_transaction where next_attempt_at > now()"))
                .as("pushed back like the other")
                .isEqualTo(2);
        assertThat(Drafts.get(log.port().find(List.of(broken, sound))).records())
                .containsOnlyKeys(sound);
        assertThat(Drafts.get(log.port().decide(Drafts.rollback(broken, 9))).status())
                .isEqualTo(Status.UNREADABLE);
    }

    @Test
    void progressWaitsForCompany() throws Exception {
        log.close();
        log = open(OpenLog.settings().progressDelay(Duration.ofSeconds(1)).build());
        List<Progress> all = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            all.add(decidedAndComplete());
        }
        List<CompletionStage<Reply>> replies = new ArrayList<>();
        for (Progress progress : all) {
            replies.add(log.port().record(progress));
            // Each alone would be written long before the next one.
            Thread.sleep(30);
        }
        replies.forEach(reply -> assertThat(Drafts.get(reply).status()).isEqualTo(Status.OK));
        assertThat(statements("assent_progressed")).hasSizeLessThan(5);
        assertThat(log.count("select count(*) from assent_transaction where completed_at is not null"))
                .isEqualTo(10);
    }

    @Test
    void progressThatWaitsForCompanyWhenTheInstanceStopsIsAnswered() {
        log.close();
        log = open(OpenLog.settings().progressDelay(Duration.ofSeconds(1)).build());
        CompletionStage<Reply> reply = log.port().record(decidedAndComplete());

        log.log().close();

        boolean written = Drafts.get(reply).status() == Status.OK;
        if (!written) {
            assertThat(Drafts.get(reply).status()).isEqualTo(Status.UNAVAILABLE);
            assertThat(Drafts.get(reply).detail()).contains("stopping");
        }
        assertThat(log.count("select count(*) from assent_transaction where completed_at is not null"))
                .isEqualTo(written ? 1 : 0);
    }

    private Progress decidedAndComplete() {
        TransactionId id = Drafts.id();
        return Drafts.complete(
                id,
                Drafts.get(log.port().decide(Drafts.commit(id, 1)))
                        .record()
                        .branches()
                        .get(0));
    }

    @Test
    void progressIsWrittenInBatchesAndABrokenRowHoldsUpNoOther() {
        List<Branch> branches = new ArrayList<>();
        List<TransactionId> ids = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            TransactionId id = Drafts.id();
            ids.add(id);
            branches.add(Drafts.get(log.port().decide(Drafts.commit(id, 1)))
                    .record()
                    .branches()
                    .get(0));
        }
        log.execute("update assent_transaction set branches = '{}' where id = '" + ids.get(50) + "'");
        List<CompletionStage<Reply>> replies = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            replies.add(log.port().record(Drafts.complete(ids.get(i), branches.get(i))));
        }
        for (int i = 0; i < 100; i++) {
            assertThat(Drafts.get(replies.get(i)).status()).isEqualTo(i == 50 ? Status.UNAVAILABLE : Status.OK);
        }
        assertThat(log.count("select count(*) from assent_transaction where completed_at is not null"))
                .isEqualTo(99);
        assertThat(statements("assent_progressed").size()).isLessThan(50);
    }

    @Test
    void aDecisionCannotBeChangedEvenBySql() {
        TransactionId id = Drafts.id();
        Drafts.get(log.port().decide(Drafts.commit(id, 1)));
        org.assertj.core.api.Assertions.assertThatThrownBy(
                        () -> log.execute("update assent_transaction set verdict = 'ROLLBACK' where id = '" + id + "'"))
                .hasMessageContaining("is final");
    }

    private OpenLog open(LogProperties properties) {
        return OpenLog.open(OpenLog.freshDatabase(), properties, writers -> {
            counting.set(new CountingDataSource(writers));
            return counting.get();
        });
    }

    /** Locks a row, lets the only decision writer run into it, does something, and lets go. */
    private void whileTheWriterWaits(Runnable meanwhile) throws SQLException {
        TransactionId locked = Drafts.id();
        CompletionStage<Reply> waiting;
        try (Connection connection = log.connection();
                PreparedStatement insert = connection.prepareStatement(
                        "insert into assent_transaction (id, begun, created_at, changed_at) values (?, true, now(), now())")) {
            connection.setAutoCommit(false);
            insert.setObject(1, locked.value());
            insert.executeUpdate();
            waiting = log.port().decide(Drafts.rollback(locked, 1));
            awaitWriterWaits();
            meanwhile.run();
            connection.rollback();
        }
        assertThat(Drafts.get(waiting).status()).isEqualTo(Status.OK);
    }

    private void awaitWriterWaits() {
        await().until(() -> log.count("select count(*) from pg_stat_activity where datname = current_database()"
                        + " and application_name = 'assent-decide' and wait_event_type = 'Lock'")
                == 1);
    }

    private List<String> decisionStatements() {
        return statements("insert into assent_transaction");
    }

    private List<String> statements(String containing) {
        return counting.get().executed().stream()
                .filter(sql -> sql.contains(containing))
                .toList();
    }
}
