package io.assent.participant.jta;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.assent.embeddedpostgres.TestPostgres;
import io.assent.participant.engine.BranchResource;
import io.assent.participant.engine.BranchService;
import io.assent.participant.engine.InDoubtResolver;
import io.assent.participant.engine.Inquiries;
import io.assent.participant.management.BranchesEndpoint;
import io.assent.participant.support.Caller;
import io.assent.participant.support.JtaApplication;
import io.assent.participant.support.Running;
import io.assent.participant.support.TestBroker;
import io.assent.participant.support.TestCoordinator;
import io.assent.protocol.Vote;
import io.assent.protocol.header.TransactionContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.jms.core.JmsTemplate;
import org.springframework.transaction.UnexpectedRollbackException;
import tools.jackson.databind.JsonNode;

/**
 * Goal: two databases and a broker are one branch, with the guarantees of one database. Method: work calls and orders over HTTP
 * to a real application; the facts are read in PostgreSQL and in Artemis.
 */
class JtaIntegrationTests {

    @TempDir
    static Path directory;

    private static TestCoordinator coordinator;
    private static TestBroker broker;
    private static TestPostgres.Database ledger;
    private static Running service;
    private String id;
    private TransactionContext transaction;

    @BeforeAll
    @Timeout(value = 5, unit = TimeUnit.MINUTES)
    static void start() {
        coordinator = new TestCoordinator();
        broker = new TestBroker(directory.resolve("broker"));
        ledger = TestPostgres.shared().freshDatabase("ledger");
        service = Running.start(
                JtaApplication.class,
                "payment",
                coordinator.url(),
                "--assent.participant.sweep.min-age=10m",
                "--management.endpoints.web.exposure.include=assent-branches",
                "--assent.participant.resources=jta",
                "--assent.participant.jta.node-identifier=payment-0",
                "--assent.participant.jta.object-store.directory=" + directory.resolve("narayana"),
                "--assent.participant.jta.object-store.allow-ephemeral=true",
                "--assent.participant.jta.databases.ledger.url=" + ledger.jdbcUrl(),
                "--assent.participant.jta.databases.ledger.username=" + ledger.username(),
                "--assent.participant.jta.databases.ledger.password=" + ledger.password(),
                "--broker.url=" + broker.url());
    }

    @AfterAll
    static void stop() {
        service.close();
        broker.close();
        coordinator.close();
    }

    @BeforeEach
    void reset() {
        coordinator.reset();
        id = UUID.randomUUID().toString();
        transaction = Caller.transaction(true);
    }

    @AfterEach
    void nothing_is_left_prepared() {
        if (preparedIn("assent")) {
            order(null, "ROLLBACK");
        }
        assertThat(preparedIn("assent")).as("in PostgreSQL").isFalse();
        assertThat(broker.prepared()).as("in the broker").isEmpty();
    }

    // ---- both or neither

    @Test
    void all_resources_are_prepared_with_one_vote_and_committed_with_one_order() {
        Caller.Answer answer = work("main,ledger,jms");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.own().vote()).isEqualTo(Vote.PREPARED);
        assertThat(preparedIn("assent:payment:")).isTrue();
        assertThat(preparedIn("assent/ledger:payment:")).isTrue();
        assertThat(broker.prepared()).hasSize(1);
        assertThat(service.bean(BranchesEndpoint.class)
                        .ofTransaction(transaction.id().toString())
                        .getBody())
                .as("what operators see")
                .isInstanceOfSatisfying(
                        BranchesEndpoint.Answer.class,
                        answered -> assertThat(answered.items())
                                .singleElement()
                                .satisfies(item -> assertThat(item.otherResources())
                                        .hasSize(2)
                                        .contains("ledger")));
        assertThat(effects()).as("nothing is visible yet").isEqualTo("0 0 0");

        assertThat(order(ref(answer), "COMMIT")).isEqualTo("COMMITTED");
        assertThat(effects()).isEqualTo("1 1 1");
        assertThat(order(ref(answer), "COMMIT")).as("repeated").isEqualTo("COMMITTED");
        assertThat(order(ref(answer), "ROLLBACK")).as("a fact, not obedience").isEqualTo("COMMITTED");
        assertThat(effects()).as("exactly once").isEqualTo("1 1 1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "main,jms",
                "main,ledger",
                "main",
                "ledger",
                "jms",
                "jms,jms-again",
                "ledger,jms",
                "main,ledger,jms"
            })
    void every_combination_rolls_back_as_a_whole(String in) {
        Caller.Answer answer = work(in);

        assertThat(answer.own().vote()).isEqualTo(Vote.PREPARED);
        assertThat(order(ref(answer), "ROLLBACK")).isEqualTo("ROLLED_BACK");
        assertThat(order(ref(answer), "COMMIT")).as("never an acknowledgement").isEqualTo("ROLLED_BACK");
        assertThat(effects()).isEqualTo("0 0 0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"main,jms", "main,ledger", "main", "ledger", "jms", "ledger,jms"})
    void every_combination_commits_as_a_whole(String in) {
        Caller.Answer answer = work(in);

        assertThat(order(ref(answer), "COMMIT")).isEqualTo("COMMITTED");
        assertThat(effects())
                .isEqualTo((in.contains("main") ? "1 " : "0 ")
                        + (in.contains("ledger") ? "1 " : "0 ")
                        + (in.contains("jms") ? "1" : "0"));
    }

    @Test
    void a_list_that_is_cut_off_takes_no_branch_for_partial() {
        BranchResource resource = service.bean(BranchResource.class);
        assertThat(work("main,ledger").own().vote()).isEqualTo(Vote.PREPARED);
        TransactionContext first = transaction;
        id = UUID.randomUUID().toString();
        transaction = Caller.transaction(true);
        assertThat(work("main,ledger").own().vote()).isEqualTo(Vote.PREPARED);

        assertThat(resource.prepared(1)).hasSize(1);
        assertThat(resource.inDoubt().count()).isEqualTo(2);

        assertThat(order(null, "ROLLBACK")).isEqualTo("ROLLED_BACK");
        transaction = first;
        assertThat(order(null, "ROLLBACK")).isEqualTo("ROLLED_BACK");
    }

    @Test
    void two_sessions_of_one_broker_are_one_branch_there() {
        Caller.Answer answer = work("jms,jms-again");

        assertThat(broker.prepared()).hasSize(1);
        assertThat(order(ref(answer), "COMMIT")).isEqualTo("COMMITTED");
        assertThat(broker.messages(JtaApplication.QUEUE, id)).isOne();
        assertThat(broker.messages(JtaApplication.QUEUE, id + "-again")).isOne();
    }

    @Test
    void a_message_that_was_received_comes_back_after_a_rollback_and_not_after_a_commit() {
        service.bean(JmsTemplate.class).convertAndSend(id, "a message");
        Caller.Answer first = work("main,receive");
        assertThat(first.own().vote()).isEqualTo(Vote.PREPARED);
        assertThat(order(ref(first), "ROLLBACK")).isEqualTo("ROLLED_BACK");

        transaction = Caller.transaction(true);
        Caller.Answer second = work("main,receive");
        assertThat(order(ref(second), "COMMIT")).isEqualTo("COMMITTED");
        transaction = Caller.transaction(true);
        assertThat(work("receive").own().vote())
                .as("nothing is left to receive")
                .isEqualTo(Vote.ROLLBACK);
    }

    @Test
    void who_only_read_votes_read_only_and_leaves_nothing_behind() {
        assertThat(work("read").own().vote()).isEqualTo(Vote.READ_ONLY);
    }

    @Test
    void connections_are_not_kept_until_the_decision() {
        for (int i = 0; i < 12; i++) {
            TransactionContext other = Caller.transaction(true);
            Caller.Answer answer = Caller.post(service.url() + "/work?in=main,ledger,jms&id=" + id + i, other);
            assertThat(answer.own().vote()).isEqualTo(Vote.PREPARED);
            assertThat(coordinator
                            .order(
                                    service.protocolUrl(),
                                    "payment",
                                    other.id().toString(),
                                    "1",
                                    ref(answer),
                                    "ROLLBACK")
                            .get("results")
                            .get(0)
                            .get("state")
                            .stringValue())
                    .isEqualTo("ROLLED_BACK");
        }
    }

    // ---- refusals

    @Test
    void an_exception_of_the_application_rolls_everything_back_at_once() {
        Caller.Answer answer = work("main,ledger,jms,refused");

        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.own().vote()).isEqualTo(Vote.ROLLBACK);
        assertThat(broker.prepared()).isEmpty();
    }

    @Test
    void a_call_that_fails_after_its_transaction_rolls_everything_back_before_it_votes() {
        Caller.Answer answer = Caller.post(service.url() + "/work-then-fail?in=main,ledger,jms&id=" + id, transaction);

        assertThat(answer.own().vote()).isEqualTo(Vote.ROLLBACK);
        assertThat(preparedIn("assent")).isFalse();
        assertThat(broker.prepared()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"main,jms,swallowed", "main,ledger,jms,ledger-swallowed"})
    void a_swallowed_sql_error_in_any_database_never_turns_into_a_yes_L7(String in) {
        Caller.Answer answer = work(in);

        assertThat(answer.own().vote()).isEqualTo(Vote.ROLLBACK);
        assertThat(answer.own().reason()).contains("25P02");
        assertThat(preparedIn("assent")).isFalse();
        assertThat(broker.prepared()).isEmpty();
    }

    @Test
    void a_transaction_that_did_not_begin_through_spring_is_refused() {
        Caller.Answer answer = Caller.post(service.url() + "/user-transaction?id=" + id, transaction);

        assertThat(answer.own().vote()).isEqualTo(Vote.ROLLBACK);
        assertThat(effects()).isEqualTo("0 0 0");
    }

    @Test
    void a_resource_that_would_commit_right_after_phase_one_rolls_the_branch_back() {
        Caller.Answer answer = work("main,ledger,jms,stranger");

        assertThat(answer.own().vote()).isEqualTo(Vote.ROLLBACK);
        assertThat(answer.own().reason()).contains("an XA resource takes part that this starter did not enlist");
        assertThat(service.bean(JtaApplication.Work.class).strangerHeard())
                .contains("rollback")
                .doesNotContain("commit");
        assertThat(broker.prepared()).isEmpty();
        assertThat(effects()).isEqualTo("0 0 0");
    }

    // ---- the enlisted flow

    @Test
    void an_enlisted_branch_is_known_to_the_coordinator_before_anything_is_prepared_and_votes_when_asked() {
        transaction = Caller.transaction(false);
        Caller.Answer answer = work("main,ledger,jms");

        assertThat(coordinator.requestsOfCallers())
                .anySatisfy(request -> assertThat(request.path()).endsWith(transaction.id() + "/branches"));
        assertThat(askToPrepare(ref(answer))).isEqualTo("PREPARED");
        assertThat(order(ref(answer), "COMMIT")).isEqualTo("COMMITTED");
        assertThat(effects()).isEqualTo("1 1 1");
    }

    @Test
    void a_branch_that_could_not_be_enlisted_is_prepared_nowhere() {
        coordinator.refuseEnlist();
        transaction = Caller.transaction(false);
        assertThat(work("main,ledger,jms").own().vote()).isEqualTo(Vote.ROLLBACK);
        assertThat(preparedIn("assent")).isFalse();
        assertThat(broker.prepared()).isEmpty();
        assertThat(effects()).isEqualTo("0 0 0");
    }

    // ---- a broker that fails

    @Test
    @Timeout(value = 3, unit = TimeUnit.MINUTES)
    void while_the_broker_is_down_nothing_of_the_branch_commits_and_then_all_of_it() {
        Caller.Answer answer = work("main,ledger,jms");
        broker.stop();
        try {
            assertThat(order(ref(answer), "COMMIT"))
                    .as("still prepared, or not known")
                    .isNotEqualTo("COMMITTED");
            assertThat(preparedIn("assent:payment:")).isTrue();
        } finally {
            broker.start();
        }
        await().atMost(Duration.ofMinutes(1))
                .until(() -> order(ref(answer), "COMMIT").equals("COMMITTED"));
        assertThat(effects()).isEqualTo("1 1 1");
    }

    @Test
    void what_somebody_has_rolled_back_in_the_broker_is_not_acknowledged_as_committed() {
        Caller.Answer answer = work("main,jms");
        broker.rollBackByHand();

        assertThat(order(ref(answer), "COMMIT")).isEqualTo("PREPARED");
        assertThat(effects()).as("no half of it").isEqualTo("0 0 0");
        assertThat(order(ref(answer), "ROLLBACK")).isEqualTo("ROLLED_BACK");
    }

    @Test
    void a_tombstone_stops_a_late_call() {
        assertThat(order(null, "ROLLBACK")).isEqualTo("NEVER_SEEN");
        Caller.Answer late = work("main,ledger,jms");
        assertThat(late.own().vote()).isEqualTo(Vote.ROLLBACK);
        assertThat(broker.prepared()).isEmpty();
        assertThat(effects()).isEqualTo("0 0 0");
    }

    @Test
    void a_repeated_call_gets_the_vote_of_the_first_and_leaves_nothing_of_its_own() {
        Caller.Answer first = work("main,ledger,jms");
        Caller.Answer second = Caller.post(service.url() + "/work?in=main,ledger,jms&id=" + id + "-2", transaction);

        assertThat(second.own().ref()).isEqualTo(first.own().ref());
        assertThat(broker.prepared()).hasSize(1);
        assertThat(order(ref(first), "COMMIT")).isEqualTo("COMMITTED");
        assertThat(effects()).isEqualTo("1 1 1");
    }

    @Test
    void an_order_about_another_execution_changes_nothing() {
        String ref = ref(work("main,ledger,jms"));
        String loud = ref.substring(0, ref.lastIndexOf(':'))
                + ref.substring(ref.lastIndexOf(':')).toUpperCase();
        assertThat(loud).as("names the same deadline in other letters").isNotEqualTo(ref);

        assertThat(order(loud, "COMMIT")).isEqualTo("NEVER_SEEN");
        assertThat(broker.prepared()).hasSize(1);
        assertThat(order(ref, "COMMIT")).isEqualTo("COMMITTED");
    }

    // ---- the framework's side

    @Test
    void after_commit_callbacks_wait_for_the_decision() {
        Caller.Answer answer = Caller.post(service.url() + "/publish?id=" + id, transaction);
        assertThat(heard())
                .as("nothing says committed, neither Spring nor Narayana")
                .containsExactly("unknown JTA " + id, "afterCompletion 2 " + id);
        order(ref(answer), "COMMIT");
        assertThat(heard()).contains("afterCommit " + id);
    }

    @Test
    void what_jpa_flushes_at_the_commit_is_part_of_the_branch() {
        Caller.Answer answer = work("jpa,jms");
        assertThat(answer.own().vote()).isEqualTo(Vote.PREPARED);
        assertThat(receipts()).isZero();
        assertThat(order(ref(answer), "COMMIT")).isEqualTo("COMMITTED");
        assertThat(receipts()).isOne();
        assertThat(effects()).isEqualTo("0 0 1");
    }

    @Test
    void what_jpa_cannot_flush_at_the_commit_rolls_back_in_all_resources() {
        service.bean(JtaApplication.Work.class).work(id, "jpa");
        Caller.Answer answer = work("jpa,ledger,jms");
        assertThat(answer.own().vote()).isEqualTo(Vote.ROLLBACK);
        assertThat(broker.prepared()).isEmpty();
        assertThat(effects()).isEqualTo("0 0 0");
    }

    @Test
    void a_transaction_of_this_service_alone_commits_at_once_in_all_resources() {
        service.bean(JtaApplication.Work.class).work(id, "main,ledger,jms");
        assertThat(effects()).isEqualTo("1 1 1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"main,jms,swallowed", "main,ledger,jms,ledger-swallowed"})
    void a_swallowed_sql_error_in_a_transaction_of_this_service_alone_rolls_back_everywhere_L7(String in) {
        JtaApplication.Work work = service.bean(JtaApplication.Work.class);
        assertThatThrownBy(() -> work.work(id, in)).isInstanceOf(UnexpectedRollbackException.class);
        assertThat(effects()).isEqualTo("0 0 0");
    }

    @Test
    void an_initiator_with_several_resources_asks_the_coordinator_even_if_it_is_alone() {
        service.bean(JtaApplication.Work.class).initiate(id, "main,ledger,jms", "");
        await().untilAsserted(() -> assertThat(effects()).isEqualTo("1 1 1"));
        assertThat(coordinator.requestsOfCallers()).isNotEmpty();
    }

    @Test
    void an_initiator_that_wrote_to_its_main_database_only_commits_by_itself() {
        service.bean(JtaApplication.Work.class).initiate(id, "main", "");
        assertThat(effects()).isEqualTo("1 0 0");
        assertThat(coordinator.requestsOfCallers()).isEmpty();
    }

    @Test
    void initiator_and_participant_commit_together() {
        service.bean(JtaApplication.Work.class)
                .initiate(id, "main,jms", service.url() + "/work?in=ledger,jms&id=" + id);
        await().untilAsserted(() -> assertThat(effects()).isEqualTo("1 1 2"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"seat", "main,ledger,jms,seat", "ledger,seat"})
    void what_cannot_prepare_is_reserved_and_confirmed_after_all_resources_have_committed(String in) {
        Caller.Answer answer = work(in);
        assertThat(answer.own().vote()).isEqualTo(Vote.PREPARED);
        assertThat(order(ref(answer), "COMMIT")).isEqualTo("COMMITTED");
        assertThat(seats()).containsExactly("held " + id, "issued " + id);
        String before = id;
        id = before + "-issued";
        assertThat(effects()).as("what confirm wrote").startsWith("1 ");

        id = UUID.randomUUID().toString();
        transaction = Caller.transaction(true);
        Caller.Answer other = work(in);
        assertThat(order(ref(other), "ROLLBACK")).isEqualTo("ROLLED_BACK");
        assertThat(seats()).containsExactly("held " + id, "released " + id);
        assertThat(service.count("assent_reservation")).isZero();
    }

    private List<String> seats() {
        return service.bean(JtaApplication.Seats.class).heard().stream()
                .filter(heard -> heard.endsWith(" " + id))
                .toList();
    }

    @Test
    void an_inner_requires_new_is_a_transaction_of_its_own() {
        assertThat(work("main,jms,apart,refused").own().vote()).isEqualTo(Vote.ROLLBACK);
        assertThat(effects()).isEqualTo("0 0 0");
        id = id + "-apart";
        assertThat(effects()).isEqualTo("1 0 1");
    }

    @Test
    void nothing_of_a_branch_is_in_narayanas_log() throws IOException {
        work("main,ledger,jms");
        assertThat(logRecords()).isEmpty();
    }

    // ---- what is prepared in some resources only

    @Test
    void what_is_prepared_elsewhere_only_is_no_vote_and_is_rolled_back_by_the_coordinators_answer() throws Exception {
        Caller.Answer answer = work("main,ledger,jms");
        await().until(() -> !service.bean(BranchService.class)
                .isRunning(transaction.id(), transaction.branch(), answer.own().ref()));
        // As if the process had died before it prepared the main database.
        service.sql().sql("rollback prepared '" + ref(answer) + "'").update();

        assertThat(askToPrepare(ref(answer))).isEqualTo("ROLLBACK");
        coordinator.decide(transaction.id().toString(), "ROLLBACK");
        assertThat(sweep().pass()).isOne();
        assertThat(broker.prepared()).isEmpty();
        assertThat(preparedIn("assent/")).isFalse();
        assertThat(effects()).isEqualTo("0 0 0");
    }

    @Test
    void the_sweep_of_an_undecided_branch_waits() {
        Caller.Answer answer = work("main,ledger,jms");
        await().until(() -> !service.bean(BranchService.class)
                .isRunning(transaction.id(), transaction.branch(), answer.own().ref()));
        sweep().pass();
        assertThat(broker.prepared()).hasSize(1);
        assertThat(service.bean(BranchResource.class).inDoubt().count()).isOne();

        coordinator.decide(transaction.id().toString(), "COMMIT");
        assertThat(sweep().pass()).isOne();
        assertThat(effects()).isEqualTo("1 1 1");
    }

    // ---- helpers

    private long receipts() {
        return service.count("receipts where id = '" + id + "'");
    }

    private Caller.Answer work(String in) {
        return Caller.post(service.url() + "/work?in=" + in + "&id=" + id, transaction);
    }

    private static String ref(Caller.Answer answer) {
        return answer.own().ref().value();
    }

    /** The state that the service reports, or that it reports none. */
    private String order(String ref, String decision) {
        JsonNode answer = coordinator.order(
                service.protocolUrl(), "payment", transaction.id().toString(), "1", ref, decision);
        JsonNode result = answer.get("results").get(0);
        return result == null ? "not acknowledged" : result.get("state").stringValue();
    }

    private String askToPrepare(String ref) {
        return coordinator
                .post(
                        service.protocolUrl() + "/prepare",
                        Map.of(
                                "participant",
                                "payment",
                                "transaction",
                                transaction.id().toString(),
                                "branch",
                                "1",
                                "ref",
                                ref,
                                "deadline",
                                transaction.deadline().toString(),
                                "remaining",
                                "PT0.3S"))
                .get("vote")
                .stringValue();
    }

    private static InDoubtResolver sweep() {
        return new InDoubtResolver(
                service.bean(BranchResource.class),
                service.bean(BranchService.class),
                service.bean(Inquiries.class),
                (task, delay) -> {},
                new InDoubtResolver.Settings(Duration.ofSeconds(1), Duration.ZERO, 1_000, Duration.ofDays(1), 1_000));
    }

    /** Rows in the main database, rows in the other, messages. */
    private String effects() {
        return service.count("payments where id = '" + id + "'") + " "
                + ledger().sql("select count(*) from entries where id = ?")
                        .param(id)
                        .query(Long.class)
                        .single() + " "
                + broker.messages(JtaApplication.QUEUE, id);
    }

    /** One file per transaction that Narayana has decided to commit and not finished. */
    private static List<Path> logRecords() throws IOException {
        try (Stream<Path> files = Files.walk(directory.resolve("narayana"))) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> file.toString().contains("TwoPhaseCoordinator"))
                    .toList();
        }
    }

    private static JdbcClient ledger() {
        return JdbcClient.create(new DriverManagerDataSource(ledger.jdbcUrl(), ledger.username(), ledger.password()));
    }

    private boolean preparedIn(String names) {
        return service.count("pg_prepared_xacts where gid like '" + names + "%" + transaction.id() + "%'") > 0;
    }

    private List<String> heard() {
        return service.bean(JtaApplication.Work.class).heard().stream()
                .filter(line -> line.endsWith(id))
                .toList();
    }
}
