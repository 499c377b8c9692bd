package io.assent.coordinator.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.coordinator.engine.DecisionLog;
import io.assent.coordinator.engine.DecisionLog.NewTransaction;
import io.assent.coordinator.engine.DecisionLog.Reply;
import io.assent.coordinator.engine.DecisionLog.Status;
import io.assent.coordinator.protocol.TransactionRecord;
import io.assent.protocol.Decision;
import io.assent.protocol.TransactionId;
import io.assent.protocol.Vote;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Goal: any number of coordinators may write into one log (R1): one winner for each transaction, everybody told the same,
 * no transaction taken over twice. Method: two logs on one database, racing.
 */
class TwoWritersIntegrationTests {

    private static final int RACES = 10_000;

    private static OpenLog one;
    private static OpenLog other;

    @BeforeAll
    static void open() {
        LogDatabase database = OpenLog.freshDatabase();
        LogProperties properties = OpenLog.settings().queue(100_000).build();
        one = OpenLog.open(database, properties);
        other = OpenLog.open(database, properties);
    }

    @AfterAll
    static void close() {
        other.close();
        one.close();
    }

    @Test
    void commitOnOneAndRollbackOnTheOtherHaveOneWinnerAndBothAreToldIt() {
        List<TransactionId> ids = new ArrayList<>();
        for (int i = 0; i < RACES; i++) {
            ids.add(Drafts.id());
        }
        List<CompletionStage<Reply>> commits = new ArrayList<>();
        List<CompletionStage<Reply>> rollbacks = new ArrayList<>();
        // Each in an order of its own, so that batches overlap in every way.
        race(
                () -> shuffled(ids, 1).forEach(id -> commits.add(one.port().decide(Drafts.commit(id, 1)))),
                () -> shuffled(ids, 2).forEach(id -> rollbacks.add(other.port().decide(Drafts.rollback(id, 2)))));

        Set<TransactionId> committed = new HashSet<>();
        Set<TransactionId> rolledBack = new HashSet<>();
        for (CompletionStage<Reply> stage : commits) {
            told(Drafts.get(stage), Decision.COMMIT, committed, rolledBack);
        }
        Set<TransactionId> committedToTheOther = new HashSet<>();
        Set<TransactionId> rolledBackToTheOther = new HashSet<>();
        for (CompletionStage<Reply> stage : rollbacks) {
            told(Drafts.get(stage), Decision.ROLLBACK, committedToTheOther, rolledBackToTheOther);
        }

        assertThat(committed).isEqualTo(committedToTheOther);
        assertThat(rolledBack).isEqualTo(rolledBackToTheOther);
        assertThat(committed.size() + rolledBack.size()).isEqualTo(RACES);
        assertThat(one.count("select count(*) from assent_transaction where asked = 1 and nonce ="
                        + " case verdict when 'COMMIT' then 1 else 2 end"))
                .as("every loser wrote (R4)")
                .isEqualTo(RACES);
    }

    @Test
    void enlistAgainstTheCommitRequestIsEitherInTheSetOrRefused() {
        int races = 300;
        int refused = 0;
        for (int i = 0; i < races; i++) {
            TransactionId id = Drafts.id();
            Drafts.get(one.port().begin(new NewTransaction(id, null, Duration.ofSeconds(30), null, null)));
            CompletionStage<Reply> enlist = one.port().enlist(id, Drafts.branch("1", Drafts.SHOP), null);
            CompletionStage<Reply> close = other.port().close(id, null, null);
            Reply enlisted = Drafts.get(enlist);
            Reply closed = Drafts.get(close);
            assertThat(closed.status()).isEqualTo(Status.OK);
            if (enlisted.status() == Status.CLOSED) {
                refused++;
                assertThat(closed.record().branches()).isEmpty();
            } else {
                assertThat(enlisted.status()).isEqualTo(Status.OK);
                assertThat(closed.record().branches()).extracting(b -> b.vote()).containsExactly(Vote.PREPARED);
            }
        }
        assertThat(refused).as("both orders happened").isBetween(1, races - 1);
    }

    @Test
    void claimsOfTwoInstancesAreDisjointAndTogetherComplete() {
        Set<TransactionId> due = new HashSet<>();
        List<CompletionStage<Reply>> decided = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            TransactionId id = Drafts.id();
            due.add(id);
            decided.add(one.port().decide(Drafts.due(id)));
        }
        decided.forEach(Drafts::get);
        List<TransactionId> claimed = Collections.synchronizedList(new ArrayList<>());
        Consumer<DecisionLog> claimAll = log -> {
            List<TransactionRecord> some;
            do {
                some = Drafts.get(log.claim(25, Duration.ofMinutes(5)));
                some.forEach(record -> claimed.add(record.id()));
            } while (!some.isEmpty());
        };
        race(() -> claimAll.accept(one.port()), () -> claimAll.accept(other.port()));
        // What one instance had locked when the other one saw its last rows.
        claimAll.accept(one.port());

        assertThat(claimed).filteredOn(due::contains).doesNotHaveDuplicates().hasSameSizeAs(due);
    }

    private static void told(
            Reply reply, Decision proposed, Set<TransactionId> committed, Set<TransactionId> rolledBack) {
        assertThat(reply.status()).isEqualTo(Status.OK);
        TransactionRecord record = reply.record();
        assertThat(reply.changed()).isEqualTo(record.decision() == proposed);
        (record.decision() == Decision.COMMIT ? committed : rolledBack).add(record.id());
    }

    private static List<TransactionId> shuffled(List<TransactionId> ids, long seed) {
        List<TransactionId> shuffled = new ArrayList<>(ids);
        // Near their order only, as requests arrive, so that both sides are at the same ids at the same time.
        Random random = new Random(seed);
        for (int i = 0; i + 50 < shuffled.size(); i++) {
            Collections.swap(shuffled, i, i + random.nextInt(50));
        }
        return shuffled;
    }

    private static void race(Runnable first, Runnable second) {
        CountDownLatch start = new CountDownLatch(2);
        List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
        List<Thread> threads = new ArrayList<>();
        for (Runnable side : List.of(first, second)) {
            Thread thread = new Thread(() -> {
                try {
                    start.countDown();
                    start.await();
                    side.run();
                } catch (InterruptedException | RuntimeException | Error e) {
                    failures.add(e);
                }
            });
            threads.add(thread);
            thread.start();
        }
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
        assertThat(failures).isEmpty();
    }
}
