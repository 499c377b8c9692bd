package io.assent.participant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.assent.participant.engine.InDoubtResolver;
import io.assent.participant.protocol.ExecutionRef;
import io.assent.participant.support.Caller;
import io.assent.participant.support.PaymentApplication;
import io.assent.participant.support.ReservingApplication;
import io.assent.participant.support.ReservingApplication.Airline;
import io.assent.participant.support.Running;
import io.assent.participant.support.TestCoordinator;
import io.assent.protocol.BranchId;
import io.assent.protocol.ParticipantName;
import io.assent.protocol.TransactionId;
import io.assent.protocol.Vote;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * Goal: what is reserved outside of the database is confirmed exactly if the branch commits and cancelled exactly if it does not,
 * however often the outside fails. Method: calls and orders over HTTP to two replicas of a real application, a real PostgreSQL, and an
 * airline that writes down what it hears.
 */
class TryConfirmCancelIntegrationTests {

    private static TestCoordinator coordinator;
    private static Running travel;
    private static Running replica;
    private TransactionId transaction;
    private String id;

    @BeforeAll
    static void start() {
        coordinator = new TestCoordinator();
        travel = Running.start(
                ReservingApplication.class,
                "travel",
                coordinator.url(),
                "--assent.participant.sweep.interval=10m",
                "--assent.participant.sweep.min-age=0s",
                "--assent.participant.prepare-wait=100ms",
                "--assent.participant.reservations.cancel-delay=500ms");
        replica = Running.start(
                ReservingApplication.class,
                "travel",
                coordinator.url(),
                travel.database(),
                "--assent.participant.sweep.interval=10m",
                "--assent.participant.sweep.min-age=0s",
                "--assent.participant.reservations.cancel-delay=500ms");
    }

    @AfterAll
    static void stop() {
        replica.close();
        travel.close();
        coordinator.close();
    }

    @BeforeEach
    void reset() {
        coordinator.reset();
        Airline.failNext(0);
        transaction = TransactionId.create(Instant.now(), new SecureRandom());
        id = UUID.randomUUID().toString();
    }

    @AfterEach
    void nothingIsLeft() {
        assertThat(travel.prepared()).as("prepared").isZero();
        assertThat(travel.count("assent_reservation")).as("open reservations").isZero();
    }

    // ---- confirm

    @Test
    void a_reservation_is_confirmed_when_the_branch_commits_and_once() {
        Caller.Answer answer = call("/book?id=" + id);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.own().vote()).isEqualTo(Vote.PREPARED);
        assertThat(Airline.seats(id)).containsExactly("held");
        assertThat(travel.sql()
                        .sql("select key from assent_reservation")
                        .query(UUID.class)
                        .single()
                        .version())
                .as("others may look at its form")
                .isEqualTo(4);
        assertThat(travel.count("trips where id = '" + id + "'")).isZero();

        assertThat(order(answer, "COMMIT")).isEqualTo("COMMITTED");
        assertThat(order(answer, "COMMIT")).as("repeated").isEqualTo("COMMITTED");
        assertThat(order(answer, "ROLLBACK")).as("a fact, not obedience").isEqualTo("COMMITTED");
        assertThat(Airline.heard(id)).containsExactly("held", "issued");
        assertThat(tickets()).containsExactly("issued");
        assertThat(travel.count("trips where id = '" + id + "'")).isOne();
    }

    @Test
    void several_reservations_of_one_branch_have_keys_of_their_own_and_their_arguments_come_back() {
        Caller.Answer answer = call("/book?seats=3&id=" + id);
        assertThat(order(answer, "COMMIT")).isEqualTo("COMMITTED");
        assertThat(Airline.seats(id)).containsExactly("issued", "issued", "issued");
        assertThat(travel.bean(ReservingApplication.Seats.class).confirmed())
                .contains(ReservingApplication.fare(0), ReservingApplication.fare(1), ReservingApplication.fare(2));
    }

    @Test
    void a_try_without_any_local_transaction_is_a_branch_all_the_same() {
        Caller.Answer answer = call("/hold?id=" + id);
        assertThat(answer.own().vote()).isEqualTo(Vote.PREPARED);
        assertThat(order(answer, "COMMIT")).isEqualTo("COMMITTED");
        assertThat(Airline.heard(id)).containsExactly("held", "issued");
    }

    @Test
    void an_order_is_not_done_before_the_outside_has_confirmed() {
        Caller.Answer answer = call("/book?seats=2&id=" + id);
        Airline.failNext(2);
        assertThat(order(answer, "COMMIT")).as("not acknowledged").isNotEqualTo("COMMITTED");
        assertThat(tickets()).as("what a failed confirm wrote is gone").isEmpty();
        Airline.failNext(1);
        assertThat(order(answer, "COMMIT")).as("one of the two failed").isNotEqualTo("COMMITTED");
        assertThat(order(answer, "COMMIT")).isEqualTo("COMMITTED");
        assertThat(tickets()).containsExactly("issued", "issued");
        assertThat(Airline.seats(id)).containsExactly("issued", "issued");
    }

    @Test
    void orders_and_sweeps_at_the_same_time_confirm_once() {
        Caller.Answer answer = call("/book?id=" + id);
        coordinator.decide(transaction.toString(), "COMMIT");
        List<CompletableFuture<Void>> all = IntStream.range(0, 12)
                .mapToObj(i -> CompletableFuture.runAsync(() -> {
                    if (i % 3 == 0) {
                        sweep(i % 2 == 0 ? travel : replica);
                    } else {
                        order(i % 2 == 0 ? travel : replica, answer, "COMMIT");
                    }
                }))
                .toList();
        all.forEach(CompletableFuture::join);
        assertThat(order(answer, "COMMIT")).isEqualTo("COMMITTED");
        assertThat(tickets()).containsExactly("issued");
        assertThat(Airline.heard(id)).containsExactly("held", "issued");
    }

    @Test
    void the_sweep_of_another_replica_confirms_what_the_first_could_not() {
        Caller.Answer answer = call("/book?id=" + id);
        Airline.failNext(1);
        assertThat(order(answer, "COMMIT")).isNotEqualTo("COMMITTED");
        coordinator.decide(transaction.toString(), "COMMIT");
        sweep(replica);
        assertThat(Airline.heard(id)).containsExactly("held", "issued", "issued");
        assertThat(tickets()).as("exactly once in the database").containsExactly("issued");
    }

    @Test
    void in_an_open_branch_the_reservations_of_all_its_calls_wait_for_the_one_vote() {
        Caller.Answer first = call("/hold-late?id=" + id);
        Caller.Answer second = Caller.post(
                travel.url() + "/hold-late?id=" + id, Caller.branch(transaction, "2", Duration.ofSeconds(20), true));
        assertThat(first.own().vote()).isEqualTo(Vote.PENDING);
        assertThat(second.own().vote()).isEqualTo(Vote.READ_ONLY);
        assertThat(ask(first)).isEqualTo("PREPARED");
        assertThat(order(first, "COMMIT")).isEqualTo("COMMITTED");
        assertThat(Airline.seats(id)).containsExactly("issued", "issued");
    }

    @Test
    void an_initiator_that_is_alone_asks_for_a_decision_when_it_has_reserved() {
        travel.bean(ReservingApplication.Trips.class).initiate(id, false);
        await().untilAsserted(() -> assertThat(Airline.heard(id)).containsExactly("held", "issued"));
        assertThat(coordinator.requestsOfCallers()).isNotEmpty();
        await().until(() -> travel.count("assent_reservation") == 0);
    }

    // ---- cancel

    @Test
    void a_reservation_is_cancelled_when_the_branch_rolls_back() {
        Caller.Answer answer = call("/book?id=" + id);
        assertThat(order(replica, answer, "ROLLBACK")).isEqualTo("ROLLED_BACK");
        assertThat(order(answer, "ROLLBACK")).as("repeated").isEqualTo("ROLLED_BACK");
        assertThat(order(answer, "COMMIT")).as("never an acknowledgement").isEqualTo("ROLLED_BACK");
        assertThat(Airline.heard(id)).containsExactly("held", "released");
        assertThat(tickets()).containsExactly("released");
    }

    @Test
    void an_order_is_not_done_before_the_outside_has_cancelled() {
        Caller.Answer answer = call("/book?id=" + id);
        Airline.failNext(1);
        assertThat(order(answer, "ROLLBACK")).isNotEqualTo("ROLLED_BACK");
        assertThat(order(answer, "ROLLBACK")).isEqualTo("ROLLED_BACK");
        assertThat(tickets()).containsExactly("released");
    }

    @Test
    void work_that_fails_after_the_try_cancels_before_it_answers() {
        Caller.Answer answer = call("/book?fail=true&id=" + id);
        assertThat(answer.own().vote()).isEqualTo(Vote.ROLLBACK);
        assertThat(Airline.heard(id)).containsExactly("held", "released");
    }

    @Test
    void a_try_that_failed_is_cancelled_too_and_catching_its_exception_does_not_help() {
        Airline.failNext(1);
        Caller.Answer answer = call("/book-whatever?id=" + id);
        assertThat(answer.own().vote()).isEqualTo(Vote.ROLLBACK);
        assertThat(Airline.heard(id))
                .as("whether the outside made the reservation is not known")
                .containsExactly("held", "released");
        assertThat(travel.count("trips where id = '" + id + "'")).isZero();
    }

    @Test
    void an_initiator_whose_work_fails_cancels() {
        assertThatThrownBy(() -> travel.bean(ReservingApplication.Trips.class).initiate(id, true))
                .isInstanceOf(PaymentApplication.Refused.class);
        assertThat(Airline.heard(id)).containsExactly("held", "released");
    }

    @Test
    void an_open_branch_that_rolls_back_cancels() {
        Caller.Answer first = call("/hold-late?id=" + id);
        assertThat(order(first, "ROLLBACK")).isEqualTo("ROLLED_BACK");
        assertThat(Airline.heard(id)).containsExactly("held", "released");
    }

    @Test
    void a_repeated_call_cancels_what_it_reserved_and_the_first_one_stands() {
        Caller.Answer first = call("/book?id=" + id);
        Caller.Answer again = call("/book?id=" + id);
        assertThat(again.own()).isEqualTo(first.own());
        assertThat(order(first, "COMMIT")).isEqualTo("COMMITTED");
        assertThat(Airline.seats(id).stream().filter("issued"::equals)).hasSize(1);
        assertThat(Airline.seats(id)).doesNotContain("held");
    }

    // ---- cancel and try at the same time

    @Test
    void a_cancel_does_not_overtake_its_try() throws Exception {
        PaymentApplication.Gate gate = travel.bean(PaymentApplication.Gate.class);
        gate.close();
        CompletableFuture<Caller.Answer> call = CompletableFuture.supplyAsync(() -> call("/book?id=" + id));
        gate.awaitEntered();
        String ref = travel.sql()
                .sql("select ref from assent_reservation")
                .query(String.class)
                .single();
        assertThat(order(travel, ref, "ROLLBACK")).as("in the same process").isNotEqualTo("ROLLED_BACK");
        assertThat(order(replica, ref, "ROLLBACK")).as("in another").isNotEqualTo("ROLLED_BACK");
        assertThat(Airline.heard(id)).isEmpty();
        gate.open();

        assertThat(call.join().own().vote()).isEqualTo(Vote.ROLLBACK);
        assertThat(Airline.heard(id)).containsExactly("held", "released");
        assertThat(order(replica, ref, "ROLLBACK")).isIn("ROLLED_BACK", "NEVER_SEEN");
    }

    @Test
    void a_try_that_comes_back_long_after_its_cancel_is_cancelled_again() throws Exception {
        PaymentApplication.Gate gate = travel.bean(PaymentApplication.Gate.class);
        gate.close();
        CompletableFuture<Caller.Answer> call = CompletableFuture.supplyAsync(() -> Caller.post(
                travel.url() + "/book?id=" + id, Caller.branch(transaction, "1", Duration.ofSeconds(1), true)));
        gate.awaitEntered();
        String ref = travel.sql()
                .sql("select ref from assent_reservation")
                .query(String.class)
                .single();
        await().until(() -> order(replica, ref, "ROLLBACK"), answer -> answer.equals("ROLLED_BACK"));
        assertThat(Airline.heard(id)).as("deadline and delay are over").containsExactly("released");
        gate.open();

        assertThat(call.join().own().vote()).isEqualTo(Vote.ROLLBACK);
        assertThat(Airline.heard(id)).containsExactly("released", "held", "released");
        assertThat(Airline.seats(id)).containsExactly("released");
    }

    @Test
    void what_a_killed_process_had_recorded_is_cancelled_although_nobody_knows_whether_it_was_tried() {
        String ref = left(Instant.now().minusSeconds(2));
        sweep(replica);
        assertThat(Airline.heard(id)).as("no decision yet").isEmpty();
        coordinator.decide(transaction.toString(), "ROLLBACK");
        sweep(replica);
        assertThat(Airline.heard(id)).containsExactly("released");
        assertThat(order(replica, ref, "ROLLBACK")).isEqualTo("ROLLED_BACK");
    }

    @Test
    void what_was_recorded_for_a_transaction_that_the_coordinator_has_forgotten_is_cancelled() {
        left(Instant.now().minusSeconds(2));
        coordinator.decide(transaction.toString(), "FORGOTTEN");
        sweep(replica);
        assertThat(Airline.heard(id)).as("nothing of it was prepared").containsExactly("released");
    }

    @Test
    void a_try_that_cannot_see_whether_it_was_cancelled_is_a_no_and_is_cancelled_when_that_is_known() throws Exception {
        PaymentApplication.Gate gate = travel.bean(PaymentApplication.Gate.class);
        gate.close();
        CompletableFuture<Caller.Answer> call = CompletableFuture.supplyAsync(() -> call("/book?id=" + id));
        gate.awaitEntered();
        try (Connection other = DriverManager.getConnection(
                        travel.database().jdbcUrl(),
                        travel.database().username(),
                        travel.database().password());
                Statement statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute("select 1 from assent_reservation for update");
            gate.open();
            assertThat(call.join().own().vote()).isEqualTo(Vote.ROLLBACK);
            assertThat(Airline.heard(id)).containsExactly("held");
            other.rollback();
        }
        coordinator.decide(transaction.toString(), "ROLLBACK");
        sweep(travel);
        assertThat(Airline.heard(id)).containsExactly("held", "released");
    }

    @Test
    void what_a_killed_process_had_recorded_just_now_waits_until_its_try_cannot_run_any_more() {
        String ref = left(Instant.now().plusSeconds(1));
        assertThat(order(replica, ref, "ROLLBACK")).isNotEqualTo("ROLLED_BACK");
        assertThat(Airline.heard(id)).isEmpty();
        await().until(
                        () -> order(replica, ref, "ROLLBACK"),
                        answer -> answer.equals("ROLLED_BACK") || answer.equals("NEVER_SEEN"));
        assertThat(Airline.heard(id)).containsExactly("released");
    }

    @Test
    void a_call_that_comes_after_the_rollback_reserves_nothing() {
        Caller.Answer first = call("/book?id=" + id);
        assertThat(order(first, "ROLLBACK")).isEqualTo("ROLLED_BACK");
        // The first left no marker; a rollback order for a branch that never came does.
        transaction = TransactionId.create(Instant.now(), new SecureRandom());
        assertThat(order(travel, (String) null, "ROLLBACK")).isEqualTo("NEVER_SEEN");
        String late = UUID.randomUUID().toString();
        assertThat(call("/hold?id=" + late).own().vote()).isEqualTo(Vote.ROLLBACK);
        assertThat(Airline.heard(late)).isEmpty();
    }

    // ---- mistakes

    @Test
    void outside_of_a_global_transaction_there_is_nobody_to_end_it() {
        ReservingApplication.Seats seats = travel.bean(ReservingApplication.Seats.class);
        assertThatThrownBy(() -> seats.hold(id, ReservingApplication.fare(0)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("Seats.hold makes a reservation, which needs a global transaction");
        assertThat(Airline.heard(id)).isEmpty();
    }

    @Test
    void what_cannot_be_read_back_is_refused_before_the_try() {
        Caller.Answer answer = call("/unreadable");
        assertThat(answer.status()).isEqualTo(500);
        assertThat(answer.own().vote()).isEqualTo(Vote.ROLLBACK);
    }

    @Test
    void reservations_of_a_method_that_is_gone_wait_until_it_is_back() {
        Caller.Answer answer = call("/book?id=" + id);
        travel.sql().sql("update assent_reservation set name = 'Seats.gone'").update();
        assertThat(order(answer, "COMMIT")).isNotEqualTo("COMMITTED");
        travel.sql().sql("update assent_reservation set name = 'Seats.hold'").update();
        assertThat(order(answer, "COMMIT")).isEqualTo("COMMITTED");
        assertThat(Airline.heard(id)).containsExactly("held", "issued");
    }

    @Test
    void what_the_database_has_lost_is_neither_confirmed_nor_cancelled_behind_anybodys_back() {
        Caller.Answer answer = call("/book?id=" + id);
        travel.sql().sql("rollback prepared '" + answer.own().ref() + "'").update();
        assertThat(order(answer, "COMMIT")).isEqualTo("NEVER_SEEN");
        assertThat(Airline.heard(id)).containsExactly("held");
        travel.sql()
                .sql("delete from assent_reservation where ref = ?")
                .param(answer.own().ref().value())
                .update();
    }

    @Test
    void what_a_person_has_committed_is_confirmed_whatever_was_decided() {
        Caller.Answer answer = call("/book?id=" + id);
        travel.sql().sql("commit prepared '" + answer.own().ref() + "'").update();
        Airline.failNext(1);
        assertThat(order(answer, "ROLLBACK")).as("not before it is confirmed").isNotEqualTo("COMMITTED");
        assertThat(order(answer, "ROLLBACK")).isEqualTo("COMMITTED");
        assertThat(Airline.heard(id)).containsExactly("held", "issued", "issued");
        assertThat(tickets()).containsExactly("issued");
    }

    @Test
    void an_open_reservation_keeps_the_markers_that_tell_how_it_ends() {
        Caller.Answer answer = call("/book?id=" + id);
        Airline.failNext(1);
        assertThat(order(answer, "COMMIT")).isNotEqualTo("COMMITTED");
        travel.sql()
                .sql("update assent_branch_marker set recorded_at = recorded_at - interval '30 days'")
                .update();
        travel.sql()
                .sql("update assent_reservation set recorded_at = recorded_at - interval '30 days'")
                .update();
        sweep(travel);
        assertThat(order(answer, "COMMIT")).isEqualTo("COMMITTED");
        assertThat(tickets()).containsExactly("issued");
    }

    // ----

    private Caller.Answer call(String path) {
        return Caller.post(travel.url() + path, Caller.branch(transaction, "1", Duration.ofSeconds(20), true));
    }

    private String order(Caller.Answer answer, String decision) {
        return order(travel, answer, decision);
    }

    private String order(Running service, Caller.Answer answer, String decision) {
        return order(service, answer.own().ref().value(), decision);
    }

    /** The state, or the problem's title where the order was not carried out. */
    private String order(Running service, String ref, String decision) {
        JsonNode answer =
                coordinator.order(service.protocolUrl(), "travel", transaction.toString(), "1", ref, decision);
        JsonNode result = answer.path("results").path(0);
        return result.has("state") ? result.get("state").stringValue() : answer.toString();
    }

    private String ask(Caller.Answer answer) {
        JsonNode vote = coordinator.post(
                travel.protocolUrl() + "/prepare",
                java.util.Map.of(
                        "participant", "travel",
                        "transaction", transaction.toString(),
                        "branch", "1",
                        "ref", answer.own().ref().value(),
                        "deadline", "2999-01-01T00:00:00Z",
                        "remaining", "PT5S"));
        return vote.get("vote").stringValue();
    }

    /** One pass. */
    private static void sweep(Running service) {
        service.bean(InDoubtResolver.class).pass();
    }

    /** The record of a reservation whose process died; returns its execution. */
    private String left(Instant deadline) {
        String ref = ExecutionRef.create(
                        new ParticipantName("travel"), transaction, new BranchId("1"), deadline, new SecureRandom())
                .value();
        travel.sql()
                .sql("""
                        insert into assent_reservation (key, transaction_id, branch, ref, name, arguments, try_until)
                        values (gen_random_uuid(), ?::uuid, '1', ?, 'Seats.hold', ?, ?::timestamptz)
                        """)
                .params(transaction.toString(), ref, "[\"" + id + "\", null]", deadline.toString())
                .update();
        return ref;
    }

    private List<String> tickets() {
        return travel.sql()
                .sql("select what from tickets where id = ?")
                .param(id)
                .query(String.class)
                .list();
    }
}
