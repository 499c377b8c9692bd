package io.assent.participant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import io.assent.participant.engine.LateBranches;
import io.assent.participant.support.Caller;
import io.assent.participant.support.LedgerApplication;
import io.assent.participant.support.PaymentApplication;
import io.assent.participant.support.Running;
import io.assent.participant.support.TestCoordinator;
import io.assent.protocol.TransactionId;
import io.assent.protocol.Vote;
import io.assent.protocol.header.TransactionContext;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * Goal: late prepare (PROTOCOL §2): several calls work in one local transaction, which is prepared when the coordinator
 * asks, and leaves nothing behind when it does not. Method: calls, questions and orders over HTTP to real applications, on
 * JDBC and on JPA, and a real PostgreSQL.
 */
class LateBranchIntegrationTests {

    private static TestCoordinator coordinator;
    private static Running payment;
    private static Running ledger;
    private TransactionId transaction;
    private String id;

    @BeforeAll
    static void start() {
        coordinator = new TestCoordinator();
        payment = Running.start(
                PaymentApplication.class,
                "payment",
                coordinator.url(),
                "--assent.participant.prepare=late",
                "--assent.participant.sweep.min-age=10m",
                "--assent.participant.lock-timeout=2s",
                "--assent.participant.prepare-wait=100ms");
        ledger = Running.start(
                LedgerApplication.class,
                "ledger",
                coordinator.url(),
                "--assent.participant.prepare=late",
                "--assent.participant.sweep.min-age=10m",
                "--spring.jpa.open-in-view=true");
    }

    @AfterAll
    static void stop() {
        payment.close();
        ledger.close();
        coordinator.close();
    }

    @BeforeEach
    void reset() {
        coordinator.reset();
        transaction = TransactionId.create(Instant.now(), new SecureRandom());
        id = UUID.randomUUID().toString();
    }

    /** Whatever a test does, no connection is kept. */
    @AfterEach
    void nothingIsLeftOpen() {
        for (Running service : List.of(payment, ledger)) {
            service.sql()
                    .sql("select gid from pg_prepared_xacts where database = current_database()")
                    .query(String.class)
                    .list()
                    .forEach(gid ->
                            service.sql().sql("rollback prepared '" + gid + "'").update());
            assertThat(service.bean(LateBranches.class).count()).isZero();
            await().until(() ->
                    service.bean(HikariDataSource.class).getHikariPoolMXBean().getActiveConnections() == 0);
        }
    }

    @Test
    void a_second_call_works_in_the_branch_of_the_first_and_one_question_prepares_both() {
        Caller.Answer first = call(payment, "1", "/pay?id=" + id);
        Caller.Answer second = call(payment, "2", "/add?id=" + id);

        assertThat(first.own().vote()).isEqualTo(Vote.PENDING);
        assertThat(first.own().url()).isEqualTo(payment.protocolUrl());
        assertThat(second.own().vote()).isEqualTo(Vote.READ_ONLY);
        assertThat(payment.prepared()).isZero();

        assertThat(askToPrepare(payment, first)).isEqualTo("PREPARED");
        assertThat(payment.prepared()).isOne();
        assertThat(askToPrepare(payment, first)).as("asked again").isEqualTo("PREPARED");
        assertThat(cents()).as("not committed").isEmpty();

        assertThat(order(payment, first, "COMMIT")).isEqualTo("COMMITTED");
        assertThat(cents()).containsExactly(101L);
    }

    @Test
    void an_entity_changes_in_several_calls_and_is_written_when_the_vote_is_asked_for() {
        assertThat(call(ledger, "1", "/open?id=" + id + "&cents=100").own().vote())
                .isEqualTo(Vote.PENDING);
        assertThat(call(ledger, "2", "/add?id=" + id + "&cents=20").body()).isEqualTo("120");
        Caller.Answer third = call(ledger, "3", "/add?id=" + id + "&cents=3");
        assertThat(third.body()).isEqualTo("123");
        assertThat(third.own().vote()).isEqualTo(Vote.READ_ONLY);

        String ref = refOf(ledger, "1", "/add?id=" + id + "&cents=1000");
        assertThat(ask(ledger, "1", ref)).isEqualTo("PREPARED");
        assertThat(order(ledger, "1", ref, "COMMIT")).isEqualTo("COMMITTED");
        assertThat(ledger.sql()
                        .sql("select cents from ledger_accounts where id = ?")
                        .param(id)
                        .query(Long.class)
                        .single())
                .isEqualTo(123);
        // Ordinary requests have the EntityManager of their own request as before.
        assertThat(org.springframework.web.client.RestClient.create(ledger.url())
                        .post()
                        .uri("/add?id=" + id + "&cents=1")
                        .retrieve()
                        .body(String.class))
                .isEqualTo("124");
    }

    @Test
    void a_repeated_call_gets_the_vote_already_given_and_works_no_second_time() {
        Caller.Answer first = call(payment, "1", "/pay?id=" + id);
        Caller.Answer second = call(payment, "2", "/add?id=" + id);
        Caller.Answer firstAgain = call(payment, "1", "/pay?id=" + id);
        Caller.Answer secondAgain = call(payment, "2", "/add?id=" + id);

        assertThat(firstAgain.status()).isEqualTo(409);
        assertThat(firstAgain.body()).contains("branch-conflict");
        assertThat(firstAgain.own()).isEqualTo(first.own());
        assertThat(secondAgain.status()).isEqualTo(409);
        assertThat(secondAgain.own()).isEqualTo(second.own());

        assertThat(askToPrepare(payment, first)).isEqualTo("PREPARED");
        assertThat(order(payment, first, "COMMIT")).isEqualTo("COMMITTED");
        assertThat(cents()).containsExactly(101L);
    }

    @Test
    void a_branch_that_wrote_nothing_votes_read_only_when_asked_and_when_asked_again() {
        Caller.Answer first = call(payment, "1", "/count");
        assertThat(first.own().vote()).isEqualTo(Vote.PENDING);
        assertThat(askToPrepare(payment, first)).isEqualTo("READ_ONLY");
        assertThat(askToPrepare(payment, first)).isEqualTo("READ_ONLY");
        assertThat(payment.prepared()).isZero();
    }

    @Test
    void a_call_that_fails_takes_all_with_it() {
        Caller.Answer first = call(payment, "1", "/pay?id=" + id);
        Caller.Answer second = call(payment, "2", "/refuse?id=" + id + "-other");

        assertThat(second.status()).isEqualTo(422);
        assertThat(second.own().vote()).isEqualTo(Vote.ROLLBACK);
        assertThat(second.own().reason()).contains("not enough money");
        assertThat(payment.bean(LateBranches.class).count()).isZero();
        assertThat(askToPrepare(payment, first)).isEqualTo("ROLLBACK");
        assertThat(cents()).isEmpty();
    }

    @Test
    void a_first_call_that_fails_opens_nothing() {
        Caller.Answer first = call(payment, "1", "/refuse?id=" + id);
        assertThat(first.own().vote()).isEqualTo(Vote.ROLLBACK);
        assertThat(payment.bean(LateBranches.class).count()).isZero();
    }

    @Test
    void a_swallowed_sql_error_never_turns_into_a_yes_L7() {
        Caller.Answer first = call(payment, "1", "/swallow?id=" + id);
        assertThat(first.own().vote()).isEqualTo(Vote.PENDING);
        assertThat(askToPrepare(payment, first)).isEqualTo("ROLLBACK");
        assertThat(payment.prepared()).isZero();
        assertThat(cents()).isEmpty();
    }

    @Test
    void an_order_to_roll_back_frees_the_rows_at_once_and_stops_late_calls() {
        payment.bean(PaymentApplication.Payments.class).pay(id, 100);
        Caller.Answer first = call(payment, "1", "/add?id=" + id);
        assertThat(order(payment, first, "ROLLBACK")).isEqualTo("ROLLED_BACK");
        payment.bean(PaymentApplication.Payments.class).add(id);
        assertThat(cents()).containsExactly(101L);

        Caller.Answer late = call(payment, "1", "/add?id=" + id);
        assertThat(ask(payment, "1", late.own().ref().value()))
                .as("its marker row meets the tombstone")
                .isEqualTo("ROLLBACK");
        assertThat(cents()).containsExactly(101L);
    }

    @Test
    void an_order_to_roll_back_waits_for_nobody_and_dooms_the_call_that_runs() throws Exception {
        Caller.Answer first = call(payment, "1", "/pay?id=" + id);
        PaymentApplication.Gate gate = payment.bean(PaymentApplication.Gate.class);
        gate.close();
        CompletableFuture<Caller.Answer> second =
                CompletableFuture.supplyAsync(() -> call(payment, "2", "/gated?id=" + id + "-2"));
        gate.awaitEntered();
        assertThat(order(payment, first, "ROLLBACK")).isEqualTo("ROLLED_BACK");
        gate.open();

        assertThat(second.join().own().vote()).isEqualTo(Vote.ROLLBACK);
        assertThat(payment.count("payments where id like '" + id + "%'")).isZero();
    }

    @Test
    void a_question_waits_for_the_call_that_runs() throws Exception {
        Caller.Answer first = call(payment, "1", "/pay?id=" + id);
        PaymentApplication.Gate gate = payment.bean(PaymentApplication.Gate.class);
        gate.close();
        CompletableFuture<Caller.Answer> second =
                CompletableFuture.supplyAsync(() -> call(payment, "2", "/gated?id=" + id + "-2"));
        gate.awaitEntered();
        CompletableFuture<String> vote = CompletableFuture.supplyAsync(() -> askToPrepare(payment, first));
        gate.open();

        assertThat(second.join().own().vote()).isEqualTo(Vote.READ_ONLY);
        assertThat(vote.join()).isEqualTo("PREPARED");
        assertThat(order(payment, first, "COMMIT")).isEqualTo("COMMITTED");
        assertThat(payment.count("payments where id like '" + id + "%'")).isEqualTo(2);
    }

    @Test
    void calls_at_the_same_time_work_one_after_the_other() {
        call(payment, "1", "/pay?id=" + id);
        List<CompletableFuture<Caller.Answer>> calls = List.of("2", "3", "4", "5").stream()
                .map(branch -> CompletableFuture.supplyAsync(() -> call(payment, branch, "/add?id=" + id)))
                .toList();
        calls.forEach(call -> assertThat(call.join().own().vote()).isEqualTo(Vote.READ_ONLY));
        String ref = refOf(payment, "1", "/count");
        assertThat(ask(payment, "1", ref)).isEqualTo("PREPARED");
        assertThat(order(payment, "1", ref, "COMMIT")).isEqualTo("COMMITTED");
        assertThat(cents()).containsExactly(104L);
    }

    @Test
    void open_branches_never_take_the_whole_pool_and_who_finds_no_room_is_told_so() {
        // Half of the pool of four.
        Caller.Answer one = call(payment, "1", "/pay?id=" + id);
        TransactionId firstTransaction = transaction;
        transaction = TransactionId.create(Instant.now(), new SecureRandom());
        Caller.Answer two = call(payment, "1", "/pay?id=" + id + "-2");
        TransactionId secondTransaction = transaction;
        transaction = TransactionId.create(Instant.now(), new SecureRandom());
        Caller.Answer three = call(payment, "1", "/pay?id=" + id + "-3");

        assertThat(three.status()).isEqualTo(503);
        assertThat(three.body()).contains("overloaded", "assent.participant.late.max-open");
        assertThat(three.own().vote()).isEqualTo(Vote.ROLLBACK);
        payment.bean(PaymentApplication.Payments.class).pay(id + "-ordinary", 1);

        transaction = firstTransaction;
        assertThat(order(payment, one, "ROLLBACK")).isEqualTo("ROLLED_BACK");
        transaction = TransactionId.create(Instant.now(), new SecureRandom());
        Caller.Answer four = call(payment, "1", "/pay?id=" + id + "-4");
        assertThat(four.own().vote()).isEqualTo(Vote.PENDING);
        assertThat(order(payment, four, "ROLLBACK")).isEqualTo("ROLLED_BACK");
        transaction = secondTransaction;
        assertThat(order(payment, two, "ROLLBACK")).isEqualTo("ROLLED_BACK");
    }

    @Test
    void an_open_branch_ends_with_its_deadline_without_being_asked() {
        Caller.Answer first = Caller.post(
                payment.url() + "/pay?id=" + id, Caller.branch(transaction, "1", Duration.ofSeconds(1), true));
        assertThat(first.own().vote()).isEqualTo(Vote.PENDING);
        await().until(() -> payment.bean(LateBranches.class).count() == 0);
        assertThat(askToPrepare(payment, first)).isEqualTo("ROLLBACK");
        assertThat(cents()).isEmpty();
    }

    @Test
    void an_open_branch_for_which_nobody_comes_rolls_back_and_with_its_process_it_dies() {
        TestCoordinator other = new TestCoordinator();
        try (Running impatient = Running.start(
                PaymentApplication.class,
                "payment",
                other.url(),
                "--assent.participant.prepare=late",
                "--assent.participant.prepare-wait=100ms",
                "--assent.participant.late.max-idle=200ms")) {
            Caller.Answer first = call(impatient, "1", "/pay?id=" + id);
            await().until(() -> impatient.bean(LateBranches.class).count() == 0);
            assertThat(askToPrepare(impatient, first)).isEqualTo("ROLLBACK");
        }
        Running dying =
                Running.start(PaymentApplication.class, "payment", other.url(), "--assent.participant.prepare=late");
        Caller.Answer first = call(dying, "1", "/pay?id=" + id);
        dying.close();
        try (Running next = Running.start(
                PaymentApplication.class,
                "payment",
                other.url(),
                dying.database(),
                "--assent.participant.prepare-wait=100ms")) {
            assertThat(ask(next, "1", first.own().ref().value())).isEqualTo("ROLLBACK");
            assertThat(next.count("payments")).isZero();
        }
        other.close();
    }

    @Test
    void in_the_enlisted_flow_the_branch_is_known_before_the_call_is_answered() {
        Caller.Answer first = Caller.post(
                payment.url() + "/pay?id=" + id, Caller.branch(transaction, "1", Duration.ofSeconds(20), false));
        assertThat(first.own().vote()).isEqualTo(Vote.PENDING);
        JsonNode enlisted = coordinator.requestsOfCallers().get(0).body();
        assertThat(enlisted.get("ref").stringValue())
                .isEqualTo(first.own().ref().value());
        assertThat(askToPrepare(payment, first)).isEqualTo("PREPARED");
        assertThat(coordinator.requestsOfCallers())
                .as("the transaction is closed when it prepares")
                .hasSize(1);
        assertThat(order(payment, first, "COMMIT")).isEqualTo("COMMITTED");
        assertThat(cents()).containsExactly(100L);
    }

    @Test
    void a_call_that_cannot_be_enlisted_takes_the_branch_with_it() {
        Caller.Answer first = Caller.post(
                payment.url() + "/pay?id=" + id, Caller.branch(transaction, "1", Duration.ofSeconds(20), false));
        assertThat(first.own().vote()).isEqualTo(Vote.PENDING);
        coordinator.refuseEnlist();
        Caller.Answer second = Caller.post(
                payment.url() + "/add?id=" + id, Caller.branch(transaction, "2", Duration.ofSeconds(20), false));
        assertThat(second.status()).isEqualTo(409);
        assertThat(second.body()).contains("transaction-closed");
        assertThat(second.own().vote()).isEqualTo(Vote.ROLLBACK);
        assertThat(askToPrepare(payment, first)).isEqualTo("ROLLBACK");
        assertThat(cents()).isEmpty();
    }

    @Test
    void callbacks_after_the_commit_run_when_it_is_true() {
        Caller.Answer first = call(payment, "1", "/publish?id=" + id);
        call(payment, "2", "/count");
        assertThat(heard()).isEmpty();
        assertThat(askToPrepare(payment, first)).isEqualTo("PREPARED");
        assertThat(heard()).doesNotContain("afterCommit " + id, "AFTER_COMMIT " + id);
        assertThat(order(payment, first, "COMMIT")).isEqualTo("COMMITTED");
        assertThat(heard()).contains("afterCommit " + id, "AFTER_COMMIT " + id);
    }

    @Test
    void an_inner_requires_new_commits_by_itself_and_the_outer_one_goes_on() {
        Caller.Answer first = call(payment, "1", "/pay?id=" + id);
        Caller.Answer second = call(payment, "2", "/pay-and-audit?id=" + id + "-2");
        assertThat(second.own().vote()).isEqualTo(Vote.ROLLBACK);
        assertThat(payment.count("payments where id = 'audit-" + id + "-2'")).isOne();
        assertThat(askToPrepare(payment, first)).isEqualTo("ROLLBACK");
        assertThat(cents()).isEmpty();
    }

    @Test
    void a_handler_may_prepare_late_in_a_service_that_prepares_early_and_a_second_early_call_is_told_how() {
        try (Running early = Running.start(
                PaymentApplication.class,
                "early",
                coordinator.url(),
                "--assent.participant.lock-timeout=30s",
                "--assent.participant.second-call-lock-timeout=100ms",
                "--assent.participant.sweep.min-age=10m")) {
            Caller.Answer late = call(early, "1", "/pay-late?id=" + id);
            assertThat(late.own().vote()).isEqualTo(Vote.PENDING);
            assertThat(call(early, "2", "/add?id=" + id).own().vote())
                    .as("a handler that prepares early joins what is open")
                    .isEqualTo(Vote.READ_ONLY);
            assertThat(askToPrepare(early, late)).isEqualTo("PREPARED");
            assertThat(order(early, late, "COMMIT")).isEqualTo("COMMITTED");

            transaction = TransactionId.create(Instant.now(), new SecureRandom());
            Caller.Answer first = call(early, "1", "/add?id=" + id);
            assertThat(first.own().vote()).isEqualTo(Vote.PREPARED);
            Caller.Answer second = call(early, "2", "/add?id=" + id);
            assertThat(second.own().vote()).isEqualTo(Vote.ROLLBACK);
            assertThat(second.own().reason())
                    .contains("branch 1 of this transaction, prepared here before", "assent.participant.prepare=late");
            assertThat(order(early, first, "ROLLBACK")).isEqualTo("ROLLED_BACK");
        }
    }

    // ---- helpers

    private Caller.Answer call(Running service, String branch, String path) {
        return Caller.post(service.url() + path, Caller.branch(transaction, branch, Duration.ofSeconds(20), true));
    }

    /** Learns the ref of a branch by repeating its call. */
    private String refOf(Running service, String branch, String path) {
        Caller.Answer again = call(service, branch, path);
        assertThat(again.status()).isEqualTo(409);
        return again.own().ref().value();
    }

    private String askToPrepare(Running service, Caller.Answer answer) {
        return ask(service, answer.own().branch().value(), answer.own().ref().value());
    }

    private String ask(Running service, String branch, String ref) {
        TransactionContext context = Caller.branch(transaction, branch, Duration.ofSeconds(20), true);
        Map<String, Object> message = new HashMap<>(Map.of(
                "participant",
                name(service),
                "transaction",
                transaction.toString(),
                "branch",
                branch,
                "ref",
                ref,
                "deadline",
                context.deadline().toString(),
                "remaining",
                "PT10S"));
        return coordinator
                .post(service.protocolUrl() + "/prepare", message)
                .get("vote")
                .stringValue();
    }

    private String order(Running service, Caller.Answer answer, String decision) {
        return order(service, answer.own().branch().value(), answer.own().ref().value(), decision);
    }

    private String order(Running service, String branch, String ref, String decision) {
        return coordinator
                .order(service.protocolUrl(), name(service), transaction.toString(), branch, ref, decision)
                .get("results")
                .get(0)
                .get("state")
                .stringValue();
    }

    private static String name(Running service) {
        return service.bean(io.assent.participant.engine.BranchService.class)
                .participant()
                .value();
    }

    private List<Long> cents() {
        return payment.sql()
                .sql("select cents from payments where id = ?")
                .param(id)
                .query(Long.class)
                .list();
    }

    private List<String> heard() {
        return payment.bean(PaymentApplication.Payments.class).heard().stream()
                .filter(line -> line.endsWith(id))
                .toList();
    }
}
