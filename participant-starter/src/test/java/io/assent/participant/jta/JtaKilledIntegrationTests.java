package io.assent.participant.jta;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.assent.embeddedpostgres.TestPostgres;
import io.assent.participant.support.Caller;
import io.assent.participant.support.CrashPoint;
import io.assent.participant.support.JtaApplication;
import io.assent.participant.support.JtaProcess;
import io.assent.participant.support.TestBroker;
import io.assent.participant.support.TestCoordinator;
import io.assent.protocol.Vote;
import io.assent.protocol.header.TransactionContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.util.FileSystemUtils;

/**
 * Goal: wherever the process dies, a branch with two databases and a broker ends as decided, in all three, with or without
 * Narayana's object store. Method: a real process that is killed with {@code kill -9} at each point in turn; in the first round,
 * and in every second one after it, its object store is deleted before it starts again. {@code -Dassent.jta.kills=200} kills more
 * often.
 */
class JtaKilledIntegrationTests {

    /** Each point once, without the object store; twelve are each point with and without. */
    private static final int KILLS = Integer.getInteger("assent.jta.kills", 6);

    private static final String EVERYWHERE = "1 1 1";
    private static final String NOWHERE = "0 0 0";

    @TempDir
    static Path directory;

    private static TestCoordinator coordinator;
    private static TestBroker broker;
    private static JdbcClient main;
    private static JdbcClient ledger;
    private static JtaProcess.Surroundings around;
    private static JtaProcess service;

    /** What each transaction must have come to. */
    private final Map<String, String> expected = new LinkedHashMap<>();

    /** A way to die. */
    private enum Death {
        BETWEEN_THE_PREPARES {
            @Override
            String die(JtaKilledIntegrationTests test, String id) {
                service.post("/crash-at?point=" + CrashPoint.BETWEEN_THE_PREPARES);
                return test.dieBeforeTheVote(id);
            }
        },
        BEFORE_THE_VOTE {
            @Override
            String die(JtaKilledIntegrationTests test, String id) {
                service.post("/crash-at?point=" + CrashPoint.BEFORE_THE_VOTE);
                return test.dieBeforeTheVote(id);
            }
        },
        AFTER_THE_VOTE_AND_COMMIT {
            @Override
            String die(JtaKilledIntegrationTests test, String id) {
                TransactionContext transaction = Caller.transaction(true);
                test.prepared(transaction, id);
                service.kill();
                coordinator.decide(transaction.id().toString(), "COMMIT");
                return EVERYWHERE;
            }
        },
        AFTER_THE_VOTE_AND_ROLLBACK {
            @Override
            String die(JtaKilledIntegrationTests test, String id) {
                TransactionContext transaction = Caller.transaction(true);
                test.prepared(transaction, id);
                service.kill();
                coordinator.decide(transaction.id().toString(), "ROLLBACK");
                return NOWHERE;
            }
        },
        BETWEEN_THE_COMMITS {
            @Override
            String die(JtaKilledIntegrationTests test, String id) {
                return test.dieInPhaseTwo(CrashPoint.BETWEEN_THE_COMMITS, id, "COMMIT", EVERYWHERE);
            }
        },
        BETWEEN_THE_ROLLBACKS {
            @Override
            String die(JtaKilledIntegrationTests test, String id) {
                return test.dieInPhaseTwo(CrashPoint.BETWEEN_THE_ROLLBACKS, id, "ROLLBACK", NOWHERE);
            }
        };

        /** Returns what has to become of the transaction. */
        abstract String die(JtaKilledIntegrationTests test, String id);
    }

    @BeforeAll
    @Timeout(value = 5, unit = TimeUnit.MINUTES)
    static void start() {
        coordinator = new TestCoordinator();
        broker = new TestBroker(directory.resolve("broker"));
        TestPostgres.Database mainDatabase = TestPostgres.shared().freshDatabase("payment");
        TestPostgres.Database ledgerDatabase = TestPostgres.shared().freshDatabase("ledger");
        main = sql(mainDatabase);
        ledger = sql(ledgerDatabase);
        around = new JtaProcess.Surroundings(coordinator.url(), broker, mainDatabase, ledgerDatabase, directory);
        service = new JtaProcess(around);
        service.start();
    }

    @AfterAll
    static void stop() {
        service.close();
        broker.close();
        coordinator.close();
    }

    @Test
    @Timeout(value = 1, unit = TimeUnit.HOURS)
    void wherever_it_dies_every_branch_ends_as_decided_in_all_resources() {
        for (int kill = 0; kill < KILLS; kill++) {
            Death death = Death.values()[kill % Death.values().length];
            boolean storeLost = kill / Death.values().length % 2 == 0;
            // Others that are in doubt at the same moment.
            for (String decision : List.of("COMMIT", "ROLLBACK")) {
                String other = UUID.randomUUID().toString();
                TransactionContext transaction = Caller.transaction(true);
                prepared(transaction, other);
                coordinator.decide(transaction.id().toString(), decision);
                expected.put(other, decision.equals("COMMIT") ? EVERYWHERE : NOWHERE);
            }
            String id = UUID.randomUUID().toString();

            expected.put(id, death.die(this, id));
            if (storeLost) {
                deleteObjectStore();
            }
            service.start();

            String round = "kill " + kill + ", " + death + (storeLost ? ", object store deleted" : "");
            await(round).atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
                assertThat(inDoubt()).as(round).isEmpty();
                assertThat(effects(expected.keySet())).as(round).isEqualTo(expected);
            });
            expected.clear();
        }
    }

    /** Outside of any global transaction Narayana is the coordinator, and its log decides. */
    @ParameterizedTest
    @CsvSource({
        // Dies before and after Narayana's decision is in its log.
        "BETWEEN_THE_PREPARES, 'main,ledger,jms',             0 0 0",
        "BETWEEN_THE_COMMITS,  'first-a-message,main,ledger', 1 1 1"
    })
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    void a_transaction_of_this_service_alone_is_recovered_by_narayana(CrashPoint point, String in, String result) {
        service.post("/crash-at?point=" + point);
        String id = UUID.randomUUID().toString();
        try {
            service.post("/work?in=" + in + "&id=" + id);
            throw new AssertionError("answered");
        } catch (UncheckedIOException e) {
            service.awaitDeath();
        }
        assertThat(inDoubt()).isNotEmpty();
        service.start();
        await().atMost(Duration.ofMinutes(3)).untilAsserted(() -> {
            assertThat(inDoubt()).isEmpty();
            assertThat(effects(List.of(id))).isEqualTo(Map.of(id, result));
        });
    }

    private String dieBeforeTheVote(String id) {
        TransactionContext transaction = Caller.transaction(true);
        try {
            Caller.post(service.url() + "/work?in=main,ledger,jms&id=" + id, transaction);
            throw new AssertionError("answered");
        } catch (UncheckedIOException e) {
            service.awaitDeath();
        }
        assertThat(inDoubt()).as("it died after it had prepared something").isNotEmpty();
        // The caller has no vote, so there is one decision only.
        coordinator.decide(transaction.id().toString(), "ROLLBACK");
        return NOWHERE;
    }

    private String dieInPhaseTwo(CrashPoint point, String id, String decision, String result) {
        TransactionContext transaction = Caller.transaction(true);
        String ref = prepared(transaction, id);
        coordinator.decide(transaction.id().toString(), decision);
        service.post("/crash-at?point=" + point);
        try {
            coordinator.order(service.protocolUrl(), "payment", transaction.id().toString(), "1", ref, decision);
        } catch (UncheckedIOException e) {
            // The sweep may have been faster; it dies at the same point.
        }
        service.awaitDeath();
        assertThat(main.sql("select count(*) from pg_prepared_xacts where database = current_database()")
                        .query(Long.class)
                        .single())
                .as("the main database is ended last")
                .isPositive();
        return result;
    }

    /** Returns the ref of a branch that has voted yes. */
    private String prepared(TransactionContext transaction, String id) {
        Caller.Answer answer = Caller.post(service.url() + "/work?in=main,ledger,jms&id=" + id, transaction);
        assertThat(answer.own().vote()).isEqualTo(Vote.PREPARED);
        return answer.own().ref().value();
    }

    private static void deleteObjectStore() {
        try {
            FileSystemUtils.deleteRecursively(around.objectStore());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> inDoubt() {
        List<String> all = new ArrayList<>();
        for (JdbcClient database : List.of(main, ledger)) {
            // Other tests share the server.
            all.addAll(database.sql("select gid from pg_prepared_xacts where database = current_database()")
                    .query(String.class)
                    .list());
        }
        broker.prepared().forEach(xid -> all.add("broker: " + xid));
        return all;
    }

    /** By transaction: rows in the main database, rows in the other, messages. */
    private static Map<String, String> effects(Iterable<String> ids) {
        Map<String, String> effects = new LinkedHashMap<>();
        for (String id : ids) {
            effects.put(
                    id,
                    count(main, "payments", id) + " " + count(ledger, "entries", id) + " "
                            + broker.messages(JtaApplication.QUEUE, id));
        }
        return effects;
    }

    private static long count(JdbcClient database, String table, String id) {
        return database.sql("select count(*) from " + table + " where id = ?")
                .param(id)
                .query(Long.class)
                .single();
    }

    private static JdbcClient sql(TestPostgres.Database database) {
        return JdbcClient.create(
                new DriverManagerDataSource(database.jdbcUrl(), database.username(), database.password()));
    }
}
