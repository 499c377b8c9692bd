package io.assent.participant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.assent.participant.engine.BranchService;
import io.assent.participant.engine.InDoubtResolver;
import io.assent.participant.engine.Inquiries;
import io.assent.participant.support.Caller;
import io.assent.participant.support.PaymentApplication;
import io.assent.participant.support.Running;
import io.assent.participant.support.TestCoordinator;
import io.assent.protocol.BranchRef;
import io.assent.protocol.TransactionId;
import io.assent.protocol.Vote;
import io.assent.protocol.header.BranchVote;
import io.assent.protocol.header.TransactionContext;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/**
 * Goal: one participant does what PROTOCOL §2, §3 and §5 ask of it, whoever calls. Method: work calls, orders and questions
 * over HTTP to a real application on a real PostgreSQL, whose role does not own the starter's table; the facts are read in the
 * database.
 */
class ParticipantIntegrationTests {

    private static TestCoordinator coordinator;
    private static Running payment;
    private String id;
    private TransactionContext transaction;

    @BeforeAll
    static void start() {
        coordinator = new TestCoordinator();
        // The sweep is slow here: a branch stays in doubt for as long as a test looks at it.
        payment = Running.start(
                PaymentApplication.class,
                "payment",
                coordinator.url(),
                Running.ownedByAnother("payment"),
                "--assent.participant.schema.initialize=never",
                "--assent.participant.sweep.min-age=10m");
    }

    @AfterAll
    static void stop() {
        payment.close();
        coordinator.close();
    }

    @BeforeEach
    void reset() {
        coordinator.reset();
        id = UUID.randomUUID().toString();
        transaction = Caller.transaction(true);
    }

    // ---- votes

    @Test
    void work_is_prepared_invisible_and_voted_for_with_the_response() {
        Caller.Answer answer = call("/pay?id=" + id);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("paid 100");
        assertThat(answer.own().vote()).isEqualTo(Vote.PREPARED);
        assertThat(answer.own().url()).isEqualTo(payment.protocolUrl());
        assertThat(payments()).as("not committed").isZero();
        assertThat(isPrepared(answer.own().ref().value())).isTrue();

        assertThat(order(answer.own().ref().value(), "COMMIT")).isEqualTo("COMMITTED");
        assertThat(payments()).isOne();
        assertThat(isPrepared(answer.own().ref().value())).isFalse();
    }

    @Test
    void the_pools_connections_are_as_before_after_a_prepare() {
        for (int i = 0; i < 12; i++) {
            TransactionContext other = Caller.transaction(true);
            Caller.Answer answer = Caller.post(payment.url() + "/pay?id=" + id + i, other);
            assertThat(answer.own().vote()).isEqualTo(Vote.PREPARED);
            coordinator.order(
                    payment.protocolUrl(),
                    "payment",
                    other.id().toString(),
                    "1",
                    answer.own().ref().value(),
                    "COMMIT");
        }
        // Ordinary work on the same pool commits at once.
        payment.bean(PaymentApplication.Payments.class).pay(id, 1);
        assertThat(payments()).isOne();
    }

    @Test
    void who_wrote_nothing_votes_read_only_and_leaves_nothing_behind() {
        assertThat(call("/count").own().vote()).isEqualTo(Vote.READ_ONLY);
        assertThat(call("/look").own().vote()).isEqualTo(Vote.READ_ONLY);
        assertThat(markers()).isZero();
    }

    /** Its marker cannot be written, and whether there is something to prove is asked by writing it. */
    @Test
    void a_transaction_that_only_the_database_knows_to_be_read_only_is_told_how_to_say_so() {
        BranchVote vote = call("/look-read-only").own();
        assertThat(vote.vote()).isEqualTo(Vote.ROLLBACK);
        assertThat(vote.reason()).contains("@Transactional(readOnly = true)");
        assertThat(markers()).isZero();
    }

    @Test
    void without_any_local_transaction_the_vote_is_read_only() {
        assertThat(call("/nothing").own().vote()).isEqualTo(Vote.READ_ONLY);
    }

    @Test
    void a_writing_transaction_may_follow_one_that_only_read() {
        assertThat(call("/count-then-pay?id=" + id).own().vote()).isEqualTo(Vote.PREPARED);
        rollBack();
    }

    @Test
    void a_second_writing_transaction_in_one_call_is_refused_and_nothing_remains() {
        Caller.Answer answer = call("/twice?id=" + id);

        assertThat(answer.status()).isEqualTo(500);
        assertThat(answer.own().vote()).isEqualTo(Vote.ROLLBACK);
        assertThat(answer.own().reason()).contains("second local transaction");
        assertThat(isPrepared(answer.own().ref().value())).isFalse();
    }

    @Test
    void an_exception_of_the_application_keeps_its_status_and_votes_rollback() {
        Caller.Answer answer = call("/refuse?id=" + id);

        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.own().vote()).isEqualTo(Vote.ROLLBACK);
        assertThat(prepared()).isFalse();
    }

    @Test
    void a_call_that_fails_after_its_transaction_rolls_the_prepared_branch_back_before_it_votes() {
        Caller.Answer answer = call("/pay-then-fail?id=" + id);

        assertThat(answer.status()).isEqualTo(500);
        assertThat(answer.own().vote()).isEqualTo(Vote.ROLLBACK);
        assertThat(prepared()).isFalse();
        assertThat(payments()).isZero();
    }

    @Test
    void an_error_status_without_any_work_still_carries_a_vote() {
        Caller.Answer answer = call("/bad-request");
        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.own().vote()).isEqualTo(Vote.READ_ONLY);
    }

    @Test
    void a_swallowed_sql_error_never_turns_into_a_yes_L7() {
        Caller.Answer answer = call("/swallow?id=" + id);

        assertThat(answer.own().vote()).isEqualTo(Vote.ROLLBACK);
        assertThat(answer.own().reason()).contains("25P02");
        assertThat(prepared()).isFalse();
    }

    @Test
    void what_postgresql_cannot_prepare_is_refused_with_its_code_in_the_reason() {
        Caller.Answer answer = call("/notify?id=" + id);

        assertThat(answer.own().vote()).isEqualTo(Vote.ROLLBACK);
        assertThat(answer.own().reason()).contains("0A000");
        assertThat(prepared()).isFalse();
        assertThat(payments()).isZero();
    }

    @Test
    void a_suspended_global_transaction_leaves_an_inner_requires_new_alone() {
        Caller.Answer answer = call("/pay-and-audit?id=" + id);

        assertThat(answer.own().vote()).isEqualTo(Vote.ROLLBACK);
        assertThat(payments()).isZero();
        assertThat(payment.count("payments where id = 'audit-" + id + "'")).isOne();
    }

    @Test
    void asynchronous_handling_is_refused_before_it_starts() {
        Caller.Answer answer = call("/async?id=" + id);

        assertThat(answer.status()).isEqualTo(500);
        assertThat(answer.own().vote()).isEqualTo(Vote.ROLLBACK);
        assertThat(payments()).isZero();
    }

    @Test
    void a_header_that_is_not_well_formed_is_a_problem_and_no_work_is_done() {
        Caller.Answer answer = Caller.post(payment.url() + "/pay?id=" + id, "id=\"nonsense\"");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.body()).contains("urn:assent:problem:invalid-value");
        assertThat(answer.votes()).isNull();
        assertThat(payments()).isZero();
    }

    @Test
    void no_time_left_means_no_work() {
        transaction = Caller.branch(transaction.id(), "1", Duration.ZERO, true);
        Caller.Answer answer = call("/pay?id=" + id);
        assertThat(answer.own().vote()).isEqualTo(Vote.ROLLBACK);
        assertThat(answer.own().reason()).contains("deadline");
    }

    // ---- duplicates and tombstones

    @Test
    void a_repeated_call_gets_the_vote_of_the_first_and_works_no_second_time() {
        Caller.Answer first = call("/pay?id=" + id);
        Caller.Answer second = call("/pay?id=" + id + "-other-row");

        assertThat(second.status()).isEqualTo(409);
        assertThat(second.body()).contains("branch-conflict");
        assertThat(second.own().vote()).isEqualTo(Vote.PREPARED);
        assertThat(second.own().ref()).isEqualTo(first.own().ref());

        assertThat(order(first.own().ref().value(), "COMMIT")).isEqualTo("COMMITTED");
        Caller.Answer third = call("/pay?id=" + id + "-other-row");
        assertThat(third.own().ref())
                .as("also after the commit")
                .isEqualTo(first.own().ref());
        assertThat(payment.count("payments where id like '" + id + "%'")).isOne();
    }

    @Test
    void a_repeated_call_that_waits_for_the_rows_of_the_first_gets_its_vote_too() {
        payment.bean(PaymentApplication.Payments.class).pay(id, 1);
        Caller.Answer first = call("/add?id=" + id);
        Caller.Answer second = call("/add?id=" + id);

        assertThat(second.own().vote()).isEqualTo(Vote.PREPARED);
        assertThat(second.own().ref()).isEqualTo(first.own().ref());
        assertThat(order(first.own().ref().value(), "COMMIT")).isEqualTo("COMMITTED");
        assertThat(payment.sql()
                        .sql("select cents from payments where id = ?")
                        .param(id)
                        .query(Long.class)
                        .single())
                .isEqualTo(2);
    }

    @Test
    void two_transactions_that_want_the_same_row_end_within_the_lock_timeout() {
        payment.bean(PaymentApplication.Payments.class).pay(id, 1);
        call("/add?id=" + id);
        Caller.Answer other = Caller.post(payment.url() + "/add?id=" + id, Caller.transaction(true));

        assertThat(other.own().vote()).isEqualTo(Vote.ROLLBACK);
        rollBack();
    }

    @Test
    void a_tombstone_stops_a_late_call_after_a_rollback() {
        assertThat(order(null, "ROLLBACK")).isEqualTo("NEVER_SEEN");

        Caller.Answer late = call("/pay?id=" + id);
        assertThat(late.own().vote()).isEqualTo(Vote.ROLLBACK);
        assertThat(late.status()).isEqualTo(409);
        assertThat(late.body()).contains("transaction-rolled-back");
        assertThat(payments()).isZero();
        assertThat(prepared()).isFalse();
    }

    // ---- orders (R5 to R7)

    @Test
    void orders_are_idempotent_and_report_facts() {
        String ref = call("/pay?id=" + id).own().ref().value();
        assertThat(order(ref, "COMMIT")).isEqualTo("COMMITTED");
        assertThat(order(ref, "COMMIT")).as("42704 and the marker").isEqualTo("COMMITTED");
        assertThat(order(ref, "ROLLBACK")).as("a fact, not obedience").isEqualTo("COMMITTED");
        assertThat(payments()).isOne();
    }

    @Test
    void a_rollback_by_ref_rolls_back_and_says_so_again() {
        String ref = call("/pay?id=" + id).own().ref().value();
        assertThat(order(ref, "ROLLBACK")).isEqualTo("ROLLED_BACK");
        assertThat(order(ref, "ROLLBACK")).isEqualTo("ROLLED_BACK");
        assertThat(order(ref, "COMMIT")).as("never an acknowledgement").isEqualTo("ROLLED_BACK");
        assertThat(payments()).isZero();
    }

    @Test
    void a_rollback_without_ref_ends_whatever_execution_there_is() {
        call("/pay?id=" + id);
        assertThat(order(null, "ROLLBACK")).isEqualTo("ROLLED_BACK");
        assertThat(prepared()).isFalse();
    }

    @Test
    void an_order_about_another_execution_changes_nothing() {
        String ref = call("/pay?id=" + id).own().ref().value();
        String other = ref.substring(0, ref.length() - 12) + "other-nonce0";

        assertThat(order(other, "COMMIT")).isEqualTo("NEVER_SEEN");
        assertThat(order(other, "ROLLBACK")).isEqualTo("BUSY");
        assertThat(isPrepared(ref)).isTrue();
        rollBack();
    }

    @Test
    void a_branch_ended_by_hand_is_reported_as_it_is() throws Exception {
        String ref = call("/pay?id=" + id).own().ref().value();
        execute("rollback prepared '" + ref + "'");
        assertThat(order(ref, "COMMIT")).isEqualTo("NEVER_SEEN");
    }

    @Test
    void a_commit_order_without_ref_is_refused() {
        JsonNode answer = coordinator.order(
                payment.protocolUrl(), "payment", transaction.id().toString(), "1", null, "COMMIT");
        assertThat(answer.get("type").stringValue()).endsWith("invalid-value");
        assertThat(answer.get("pointer").stringValue()).isEqualTo("/decisions/0/ref");
    }

    @Test
    void a_message_for_somebody_else_says_nothing() {
        JsonNode answer = coordinator.order(
                payment.protocolUrl(), "stranger", transaction.id().toString(), "1", null, "ROLLBACK");
        assertThat(answer.get("status").intValue()).isEqualTo(421);
        assertThat(markers()).isZero();
    }

    @Test
    void many_orders_in_one_message_are_answered_each_for_itself() {
        String ref = call("/pay?id=" + id).own().ref().value();
        TransactionContext unknown = Caller.transaction(true);
        JsonNode answer = coordinator.post(
                payment.protocolUrl() + "/decisions",
                Map.of(
                        "participant",
                        "payment",
                        "decisions",
                        java.util.List.of(
                                Map.of(
                                        "transaction",
                                        transaction.id().toString(),
                                        "branch",
                                        "1",
                                        "ref",
                                        ref,
                                        "decision",
                                        "COMMIT"),
                                Map.of(
                                        "transaction",
                                        unknown.id().toString(),
                                        "branch",
                                        "1",
                                        "decision",
                                        "ROLLBACK",
                                        "from-the-future",
                                        true))));
        assertThat(answer.get("results"))
                .extracting(result -> result.get("state").stringValue())
                .containsExactly("COMMITTED", "NEVER_SEEN");
    }

    @Test
    void a_rollback_that_meets_a_running_call_makes_sure_that_it_is_never_prepared() throws Exception {
        PaymentApplication.Gate gate = payment.bean(PaymentApplication.Gate.class);
        gate.close();
        CompletableFuture<Caller.Answer> running = CompletableFuture.supplyAsync(() -> call("/gated?id=" + id));
        gate.awaitEntered();

        assertThat(order(null, "ROLLBACK")).isEqualTo("ROLLED_BACK");
        gate.open();

        Caller.Answer answer = running.get();
        assertThat(answer.own().vote()).isEqualTo(Vote.ROLLBACK);
        assertThat(prepared()).isFalse();
        assertThat(payments()).isZero();
    }

    // ---- the enlisted flow

    @Test
    void without_collect_the_branch_enlists_before_it_prepares() {
        transaction = Caller.transaction(false);
        Caller.Answer answer = call("/pay?id=" + id);

        assertThat(answer.own().vote()).isEqualTo(Vote.PREPARED);
        assertThat(coordinator.requests()).singleElement().satisfies(request -> {
            assertThat(request.path()).isEqualTo("/v1/transactions/" + transaction.id() + "/branches");
            assertThat(request.body().get("ref").stringValue())
                    .isEqualTo(answer.own().ref().value());
            assertThat(request.body().get("vote").stringValue()).isEqualTo("PENDING");
            assertThat(request.body().has("token"))
                    .as("none came with the call")
                    .isFalse();
        });
        assertThat(askToPrepare(answer.own().ref().value(), "PT5S")).isEqualTo("PREPARED");
        rollBack();
        assertThat(askToPrepare(answer.own().ref().value(), "PT5S")).isEqualTo("ROLLBACK");
    }

    @Test
    void a_branch_that_cannot_be_enlisted_is_rolled_back() {
        coordinator.refuseEnlist();
        transaction = Caller.transaction(false);
        Caller.Answer answer = call("/pay?id=" + id);

        assertThat(answer.status()).isEqualTo(500);
        assertThat(answer.own().vote()).isEqualTo(Vote.ROLLBACK);
        assertThat(answer.own().reason()).contains("transaction-closed");
        assertThat(prepared()).isFalse();
        assertThat(payments()).isZero();
    }

    @Test
    void a_refusing_participant_tells_the_coordinator_too() {
        transaction = Caller.transaction(false);
        assertThat(call("/refuse?id=" + id).status()).isEqualTo(422);
        assertThat(coordinator.requests())
                .singleElement()
                .satisfies(request ->
                        assertThat(request.body().get("vote").stringValue()).isEqualTo("ROLLBACK"));
    }

    @Test
    void a_prepare_request_waits_for_the_running_call() throws Exception {
        PaymentApplication.Gate gate = payment.bean(PaymentApplication.Gate.class);
        gate.close();
        transaction = Caller.transaction(false);
        CompletableFuture<Caller.Answer> running = CompletableFuture.supplyAsync(() -> call("/gated?id=" + id));
        gate.awaitEntered();
        CompletableFuture<String> vote = CompletableFuture.supplyAsync(() -> askToPrepare(null, "PT20S"));
        gate.open();

        assertThat(running.get().own().vote()).isEqualTo(Vote.PREPARED);
        assertThat(vote.get()).isEqualTo("PREPARED");
        rollBack();
    }

    @Test
    void a_prepare_request_that_waited_in_vain_votes_rollback_for_good() throws Exception {
        PaymentApplication.Gate gate = payment.bean(PaymentApplication.Gate.class);
        gate.close();
        transaction = Caller.transaction(false);
        CompletableFuture<Caller.Answer> running = CompletableFuture.supplyAsync(() -> call("/gated?id=" + id));
        gate.awaitEntered();
        assertThat(askToPrepare(null, "PT0.4S")).isEqualTo("ROLLBACK");
        gate.open();

        assertThat(running.get().own().vote()).isEqualTo(Vote.ROLLBACK);
        assertThat(prepared()).isFalse();
    }

    @Test
    void a_prepare_request_for_a_call_that_never_came_votes_rollback_and_stops_it() {
        assertThat(askToPrepare(null, "PT0.4S")).isEqualTo("ROLLBACK");
        assertThat(call("/pay?id=" + id).own().vote()).isEqualTo(Vote.ROLLBACK);
    }

    // ---- what can be seen

    @Test
    void branches_in_doubt_and_their_fate_can_be_looked_up() {
        String ref = call("/pay?id=" + id).own().ref().value();
        assertThat(get("/branches").get("branches"))
                .anySatisfy(
                        branch -> assertThat(branch.get("ref").stringValue()).isEqualTo(ref));
        assertThat(status()).isEqualTo("PREPARED");
        order(ref, "COMMIT");
        assertThat(status()).isEqualTo("COMMITTED");
        transaction = Caller.transaction(true);
        assertThat(status()).as("a body, not a 404").isEqualTo("NEVER_SEEN");
    }

    @Test
    void what_has_ended_is_listed_with_what_is_in_doubt_page_after_page() {
        Instant start = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        List<String> expected = new ArrayList<>();
        String[] orders = {"COMMIT", "ROLLBACK", null, "COMMIT", null};
        for (int i = 0; i < orders.length; i++) {
            TransactionId listed = TransactionId.create(start.plusMillis(i), new java.util.Random());
            for (String branch : List.of("1", "2")) {
                BranchVote vote = Caller.post(
                                payment.url() + "/pay?id=" + id + i + branch,
                                Caller.branch(listed, branch, Duration.ofSeconds(20), true))
                        .own();
                String state = "PREPARED";
                if (orders[i] != null) {
                    coordinator.order(
                            payment.protocolUrl(),
                            "payment",
                            listed.toString(),
                            branch,
                            vote.ref().value(),
                            orders[i]);
                    state = orders[i].equals("COMMIT") ? "COMMITTED" : "ROLLED_BACK";
                }
                expected.add(listed + " " + branch + " " + vote.ref() + " " + state);
            }
        }
        Instant end = start.plusMillis(orders.length);

        String query = "/branches?ended=true&participant=payment&limit=3&before=" + end + "&after=";
        List<String> read = new ArrayList<>();
        List<Integer> sizes = new ArrayList<>();
        String after = start.toString();
        JsonNode page;
        do {
            page = get(query + after);
            assertThat(page.get("participant").stringValue()).isEqualTo("payment");
            sizes.add(page.get("branches").size());
            for (JsonNode branch : page.get("branches")) {
                after = branch.get("transaction").stringValue();
                assertThat(Instant.parse(branch.get("since").stringValue()))
                        .isBetween(start.minusSeconds(5), Instant.now().plusSeconds(5));
                read.add(after + " " + branch.get("branch").stringValue() + " "
                        + branch.get("ref").stringValue() + " "
                        + branch.get("state").stringValue());
            }
        } while (page.get("more").booleanValue());

        assertThat(read).containsExactlyElementsOf(expected);
        assertThat(sizes).as("two branches each, never parted").containsExactly(4, 4, 2);
        String third = expected.get(4).substring(0, 36);
        assertThat(get("/branches?ended=true&after=" + start + "&before=" + third)
                        .get("branches"))
                .as("before an id")
                .hasSize(4);
        assertThat(get("/branches").has("more"))
                .as("what is in doubt only, as ever")
                .isFalse();
    }

    @Test
    void a_tombstone_without_a_ref_is_listed_as_rolled_back() {
        assertThat(order(null, "ROLLBACK")).isEqualTo("NEVER_SEEN");
        JsonNode page = get("/branches?ended=true&after=" + transaction.id().timestamp());
        JsonNode tombstone = page.get("branches").get(0);
        assertThat(tombstone.get("transaction").stringValue())
                .isEqualTo(transaction.id().toString());
        assertThat(tombstone.get("state").stringValue()).isEqualTo("ROLLED_BACK");
        assertThat(tombstone.has("ref")).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "ended=maybe, ended",
        "ended=true&limit=0, limit",
        "ended=true&limit=1001, limit",
        "ended=true&limit=ten, limit",
        "ended=true&after=yesterday, after",
        "ended=true&before=0199A1B2-7C3D-7E4F-8A5B-6C7D8E9F0A1B, before",
        "limit=5, limit",
        "ended=false&after=2026-01-31T12:00:00Z, after"
    })
    void a_wrong_parameter_of_the_list_is_told(String query, String pointer) {
        JsonNode problem = get("/branches?" + query);
        assertThat(problem.get("status").asInt()).isEqualTo(400);
        assertThat(problem.get("type").stringValue()).endsWith(":invalid-value");
        assertThat(problem.get("pointer").stringValue()).isEqualTo(pointer);
    }

    @Test
    void who_asks_for_another_participants_list_is_told_that_this_is_not_it() {
        assertThat(get("/branches?ended=true&participant=somebody")
                        .get("status")
                        .asInt())
                .isEqualTo(421);
    }

    // ---- callbacks

    @Test
    void after_commit_callbacks_wait_for_the_decision_and_run_once() {
        String ref = call("/publish?id=" + id).own().ref().value();
        assertThat(heard())
                .as("resources are released, nothing says committed")
                .containsExactly("afterCompletion 2 " + id);

        order(ref, "COMMIT");
        order(ref, "COMMIT");
        assertThat(heard())
                .containsExactlyInAnyOrder("afterCompletion 2 " + id, "AFTER_COMMIT " + id, "afterCommit " + id);
    }

    @Test
    void after_a_rollback_of_the_prepared_branch_only_rollback_listeners_hear_of_it() {
        String ref = call("/publish?id=" + id).own().ref().value();
        order(ref, "ROLLBACK");
        assertThat(heard()).containsExactlyInAnyOrder("afterCompletion 2 " + id, "AFTER_ROLLBACK " + id);
    }

    // ---- the sweep

    @Test
    void the_sweep_acts_on_a_decision_and_on_nothing_else() {
        String ref = call("/pay?id=" + id).own().ref().value();
        InDoubtResolver sweep = sweepWithoutMinAge();
        // The answer reaches the caller a moment before the call has ended, and the sweep leaves running calls alone.
        BranchService branches = payment.bean(BranchService.class);
        await().until(() -> !branches.isRunning(transaction.id(), transaction.branch(), new BranchRef(ref)));

        sweep.pass();
        assertThat(isPrepared(ref)).as("undecided: wait").isTrue();
        assertThat(coordinator.requests())
                .last()
                .satisfies(request -> assertThat(request.body().get("branches")).anySatisfy(branch -> {
                    assertThat(branch.get("ref").stringValue()).isEqualTo(ref);
                    assertThat(branch.get("deadline").stringValue())
                            .isEqualTo(transaction
                                    .deadline()
                                    .truncatedTo(java.time.temporal.ChronoUnit.MILLIS)
                                    .toString());
                }));

        coordinator.decide(transaction.id().toString(), "FORGOTTEN");
        sweep.pass();
        assertThat(isPrepared(ref)).as("forgotten: hold").isTrue();

        coordinator.decide(transaction.id().toString(), "COMMIT");
        sweep.pass();
        assertThat(isPrepared(ref)).isFalse();
        assertThat(payments()).isOne();
    }

    @Test
    void the_sweep_leaves_young_branches_alone() {
        String ref = call("/pay?id=" + id).own().ref().value();
        coordinator.decide(transaction.id().toString(), "ROLLBACK");
        payment.bean(InDoubtResolver.class).pass();
        assertThat(isPrepared(ref)).isTrue();
        rollBack();
    }

    @Test
    void the_sweep_of_a_restarted_participant_finishes_what_was_in_doubt() {
        Caller.Answer answer = call("/pay?id=" + id);
        coordinator.decide(transaction.id().toString(), "COMMIT");
        try (Running replica =
                Running.start(PaymentApplication.class, "payment", coordinator.url(), payment.database())) {
            await().until(() -> !isPrepared(answer.own().ref().value()));
            assertThat(replica.url()).isNotEqualTo(payment.url());
        }
        assertThat(payments()).isOne();
    }

    @Test
    void branches_that_nobody_can_end_do_not_keep_the_sweep_from_those_that_came_after_them() {
        Caller.Answer held = call("/pay?id=" + id);
        await().until(() -> !payment.bean(BranchService.class)
                .isRunning(transaction.id(), transaction.branch(), held.own().ref()));
        coordinator.decide(transaction.id().toString(), "FORGOTTEN");
        TransactionContext later = Caller.transaction(true);
        BranchRef ref = Caller.post(payment.url() + "/pay?id=" + UUID.randomUUID(), later)
                .own()
                .ref();
        await().until(() -> !payment.bean(BranchService.class).isRunning(later.id(), later.branch(), ref));
        coordinator.decide(later.id().toString(), "COMMIT");

        sweepWithoutMinAge(1).pass();

        assertThat(isPrepared(held.own().ref().value())).as("held").isTrue();
        assertThat(isPrepared(ref.value()))
                .as("asked about in an inquiry of its own")
                .isFalse();
        coordinator.decide(transaction.id().toString(), "ROLLBACK");
        sweepWithoutMinAge().pass();
        assertThat(isPrepared(held.own().ref().value())).isFalse();
    }

    private static InDoubtResolver sweepWithoutMinAge() {
        return sweepWithoutMinAge(1_000);
    }

    private static InDoubtResolver sweepWithoutMinAge(int batch) {
        return new InDoubtResolver(
                payment.bean(io.assent.participant.engine.BranchResource.class),
                payment.bean(BranchService.class),
                payment.bean(Inquiries.class),
                (task, delay) -> {},
                new InDoubtResolver.Settings(Duration.ofSeconds(1), Duration.ZERO, batch, Duration.ofDays(1), 1_000));
    }

    // ---- helpers

    private Caller.Answer call(String path) {
        return Caller.post(payment.url() + path, transaction);
    }

    private String order(String ref, String decision) {
        JsonNode answer = coordinator.order(
                payment.protocolUrl(), "payment", transaction.id().toString(), "1", ref, decision);
        return answer.get("results").get(0).get("state").stringValue();
    }

    private void rollBack() {
        assertThat(order(null, "ROLLBACK")).isEqualTo("ROLLED_BACK");
    }

    private String askToPrepare(String ref, String remaining) {
        Map<String, Object> message = new java.util.HashMap<>(Map.of(
                "participant",
                "payment",
                "transaction",
                transaction.id().toString(),
                "branch",
                "1",
                "deadline",
                transaction.deadline().toString(),
                "remaining",
                remaining));
        if (ref != null) {
            message.put("ref", ref);
        }
        return coordinator
                .post(payment.protocolUrl() + "/prepare", message)
                .get("vote")
                .stringValue();
    }

    private JsonNode get(String path) {
        return org.springframework.web.client.RestClient.create(payment.protocolUrl())
                .get()
                .uri(path)
                .exchange((request, response) ->
                        io.assent.protocol.wire.WireJson.tolerant().readTree(response.getBody()));
    }

    private String status() {
        return get("/branches/" + transaction.id() + "/1").get("state").stringValue();
    }

    private java.util.List<String> heard() {
        return payment.bean(PaymentApplication.Payments.class).heard().stream()
                .filter(line -> line.endsWith(id))
                .toList();
    }

    private long payments() {
        return payment.count("payments where id = '" + id + "'");
    }

    private long markers() {
        return payment.count("assent_branch_marker where transaction_id = '" + transaction.id() + "'");
    }

    private boolean prepared() {
        return payment.count("pg_prepared_xacts where gid like '%" + transaction.id() + "%'") > 0;
    }

    private static boolean isPrepared(String ref) {
        return payment.count("pg_prepared_xacts where gid = '" + ref + "'") > 0;
    }

    private static Connection connect() throws java.sql.SQLException {
        return DriverManager.getConnection(
                payment.database().jdbcUrl(),
                payment.database().username(),
                payment.database().password());
    }

    private static void execute(String sql) throws java.sql.SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
