package io.assent.participant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.assent.participant.autoconfigure.OwnLogAutoConfiguration;
import io.assent.participant.engine.BranchResource;
import io.assent.participant.support.Caller;
import io.assent.participant.support.MapLog;
import io.assent.participant.support.OwnLogApplication;
import io.assent.participant.support.TestCoordinator;
import io.assent.protocol.Vote;
import io.assent.protocol.header.TransactionContext;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.support.GenericApplicationContext;
import tools.jackson.databind.JsonNode;

/**
 * Goal: a service with a log of its own is a participant and an initiator like any other. Method: two whole applications
 * without any database, real HTTP, a stand-in coordinator; the logs outlive the applications.
 */
@ExtendWith(OutputCaptureExtension.class)
class OwnLogIntegrationTests {

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private static TestCoordinator coordinator;
    private static Service service;
    private static Service other;

    private final String key = UUID.randomUUID().toString();

    /** An application with a log. */
    private record Service(ServletWebServerApplicationContext context, MapLog log) implements AutoCloseable {

        static Service start(String name, MapLog log, String... properties) {
            List<String> arguments = new ArrayList<>(List.of(
                    "--server.port=0",
                    "--spring.main.banner-mode=off",
                    "--assent.coordinator.urls=" + coordinator.url(),
                    "--assent.participant.name=" + name,
                    "--assent.participant.url=http://127.0.0.1:{port}/assent/v1",
                    "--assent.participant.resources=own",
                    "--assent.participant.prepare-wait=200ms",
                    "--assent.participant.sweep.interval=200ms",
                    "--assent.participant.sweep.min-age=300ms"));
            for (String property : properties) {
                // Given twice, Spring Boot would take both for a list.
                String key = property.substring(0, property.indexOf('=') + 1);
                arguments.removeIf(argument -> argument.startsWith(key));
                arguments.add(property);
            }
            SpringApplicationBuilder builder = new SpringApplicationBuilder(OwnLogApplication.class)
                    .initializers((GenericApplicationContext context) -> {
                        if (log != null) {
                            context.registerBean(MapLog.class, () -> log);
                        }
                    });
            return new Service((ServletWebServerApplicationContext) builder.run(arguments.toArray(String[]::new)), log);
        }

        String url() {
            return "http://127.0.0.1:" + context.getWebServer().getPort();
        }

        String protocolUrl() {
            return url() + "/assent/v1";
        }

        @Override
        public void close() {
            context.close();
        }
    }

    @BeforeAll
    static void start() {
        coordinator = new TestCoordinator();
        service = Service.start(
                "points",
                new MapLog(InstantSource.system()),
                "--management.endpoints.web.exposure.include=assent-branches,assent-doctor");
        other = Service.start("other", new MapLog(InstantSource.system()));
    }

    @AfterAll
    static void stop() {
        service.close();
        other.close();
        coordinator.close();
    }

    @BeforeEach
    void reset() {
        coordinator.reset();
    }

    @Test
    void it_needs_no_data_source() {
        assertThat(service.context().getBeansOfType(DataSource.class)).isEmpty();
        assertThat(service.context().getBeansOfType(OwnLogAutoConfiguration.class))
                .hasSize(1);
    }

    @Test
    void a_work_call_prepares_and_commits_by_order() {
        TransactionContext transaction = Caller.transaction(true);
        Caller.Answer answer = keep(transaction);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.own().vote()).isEqualTo(Vote.PREPARED);
        assertThat(service.log().isKept(key)).isFalse();
        assertThat(health()).isEqualTo(1);
        assertThat(gauge()).isEqualTo(1);

        String ref = answer.own().ref().value();
        assertThat(order(transaction, ref, "COMMIT")).isEqualTo("COMMITTED");
        assertThat(order(transaction, ref, "COMMIT")).isEqualTo("COMMITTED");
        assertThat(order(transaction, ref, "ROLLBACK")).isEqualTo("COMMITTED");
        assertThat(service.log().isKept(key)).isTrue();
        assertThat(status(transaction)).isEqualTo("COMMITTED");
        assertThat(get("/assent/v1/branches?ended=true&after=" + transaction.id() + "&limit=1")
                        .has("more"))
                .isTrue();
        assertThat(health()).isZero();
    }

    @Test
    void what_does_not_write_votes_read_only() {
        assertThat(Caller.post(service.url() + "/look", Caller.transaction(true))
                        .own()
                        .vote())
                .isEqualTo(Vote.READ_ONLY);
        coordinator.reset();
        TransactionContext enlisted = Caller.transaction(false);
        assertThat(Caller.post(service.url() + "/look", enlisted).own().vote()).isEqualTo(Vote.READ_ONLY);
        assertThat(coordinator.requestsOfCallers())
                .last()
                .satisfies(request ->
                        assertThat(request.body().get("vote").stringValue()).isEqualTo("READ_ONLY"));
        assertThat(status(enlisted)).isEqualTo("NEVER_SEEN");
    }

    @Test
    void an_exception_of_the_handler_rolls_back_also_when_it_becomes_an_answer() {
        TransactionContext transaction = Caller.transaction(true);
        Caller.Answer answer = Caller.post(service.url() + "/refuse?key=" + key, transaction);
        assertThat(answer.status()).isEqualTo(409);
        assertThat(answer.own().vote()).isEqualTo(Vote.ROLLBACK);
        assertThat(answer.own().reason()).contains("no more room");
        assertThat(service.log().aside()).isZero();
        assertThat(status(transaction)).isEqualTo("NEVER_SEEN");
    }

    @Test
    void rollback_only_rolls_back() {
        Caller.Answer answer = Caller.post(service.url() + "/doom?key=" + key, Caller.transaction(true));
        assertThat(answer.own().vote()).isEqualTo(Vote.ROLLBACK);
        assertThat(answer.own().reason()).contains("changed its mind");
        assertThat(service.log().aside()).isZero();
    }

    @Test
    void an_exception_of_prepare_is_the_vote_rollback_and_an_error_for_the_caller() {
        service.log().disturb("prepare", () -> {
            throw new IOException("disk full");
        });
        Caller.Answer answer = keep(Caller.transaction(true));
        assertThat(answer.status()).isEqualTo(409);
        assertThat(answer.body()).contains("transaction-rolled-back").contains("disk full");
        assertThat(answer.own().vote()).isEqualTo(Vote.ROLLBACK);
        assertThat(answer.own().reason()).contains("disk full");
        assertThat(service.log().aside()).isZero();
    }

    @Test
    void what_was_prepared_although_prepare_threw_rolls_back_at_once_if_votes_are_collected() {
        TransactionContext transaction = Caller.transaction(true);
        service.log().disturb("prepare", () -> {
            writeWhatIsAside(transaction);
            throw new IOException("no reply");
        });
        assertThat(keep(transaction).own().vote()).isEqualTo(Vote.ROLLBACK);
        assertThat(status(transaction)).isEqualTo("ROLLED_BACK");
        assertThat(service.log().inDoubt()).isZero();
    }

    @Test
    void what_was_prepared_although_prepare_threw_waits_for_the_decision_if_it_is_enlisted() {
        TransactionContext transaction = Caller.transaction(false);
        service.log().disturb("prepare", () -> {
            writeWhatIsAside(transaction);
            throw new IOException("no reply");
        });
        Caller.Answer answer = keep(transaction);
        assertThat(answer.status()).isEqualTo(409);
        assertThat(answer.own().vote()).isEqualTo(Vote.ROLLBACK);
        assertThat(status(transaction)).isEqualTo("PREPARED");
        coordinator.decide(transaction.id().toString(), "ROLLBACK");
        await().atMost(Duration.ofSeconds(30)).until(() -> status(transaction).equals("ROLLED_BACK"));
    }

    @Test
    void a_vote_without_a_record_is_no_yes() {
        service.log().disturb("prepare", () -> Vote.PREPARED);
        assertThat(keep(Caller.transaction(true)).own().vote()).isEqualTo(Vote.ROLLBACK);
        service.log().disturb("prepare", () -> Vote.PENDING);
        assertThat(keep(Caller.transaction(true)).own().vote()).isEqualTo(Vote.ROLLBACK);
        assertThat(service.log().aside()).isZero();
    }

    @Test
    void a_repeated_call_gets_the_vote_already_given_and_leaves_nothing() {
        TransactionContext transaction = Caller.transaction(true);
        Caller.Answer first = keep(transaction);
        Caller.Answer second = keep(transaction);
        assertThat(second.status()).isEqualTo(409);
        assertThat(second.body()).contains("branch-conflict");
        assertThat(second.own()).isEqualTo(first.own());
        assertThat(service.log().aside()).isZero();
        order(transaction, first.own().ref().value(), "ROLLBACK");
        assertThat(keep(transaction).own().vote()).isEqualTo(Vote.ROLLBACK);
        assertThat(service.log().aside()).isZero();
    }

    @Test
    void an_order_to_roll_back_stops_a_late_call() {
        TransactionContext transaction = Caller.transaction(true);
        assertThat(order(transaction, null, "ROLLBACK")).isEqualTo("NEVER_SEEN");
        Caller.Answer late = keep(transaction);
        assertThat(late.status()).isEqualTo(409);
        assertThat(late.own().vote()).isEqualTo(Vote.ROLLBACK);
        assertThat(service.log().aside()).isZero();
    }

    @Test
    void an_enlisted_branch_is_known_before_it_prepares_and_votes_when_it_is_asked() {
        TransactionContext transaction = Caller.transaction(false);
        service.log().disturb("prepare", () -> {
            assertThat(coordinator.requestsOfCallers()).hasSize(1);
            return null;
        });
        Caller.Answer answer = keep(transaction);
        assertThat(answer.own().vote()).isEqualTo(Vote.PREPARED);
        assertThat(coordinator.requestsOfCallers()).hasSize(1);
        assertThat(prepare(transaction, answer.own().ref().value())).isEqualTo("PREPARED");
        assertThat(order(transaction, answer.own().ref().value(), "COMMIT")).isEqualTo("COMMITTED");
        assertThat(prepare(transaction, answer.own().ref().value())).isEqualTo("PREPARED");
    }

    @Test
    void a_branch_that_cannot_be_enlisted_does_nothing() {
        coordinator.refuseEnlist();
        TransactionContext transaction = Caller.transaction(false);
        Caller.Answer answer = keep(transaction);
        assertThat(answer.status()).isEqualTo(409);
        assertThat(answer.own().vote()).isEqualTo(Vote.ROLLBACK);
        assertThat(service.log().aside()).isZero();
        assertThat(status(transaction)).isEqualTo("NEVER_SEEN");
    }

    @Test
    void a_prepare_request_for_a_branch_never_seen_leaves_a_tombstone_and_a_late_prepare_fails() {
        TransactionContext transaction = Caller.transaction(false);
        assertThat(prepare(transaction, "assent:points:" + transaction.id() + ":1:abc"))
                .isEqualTo("ROLLBACK");
        assertThat(status(transaction)).isEqualTo("ROLLED_BACK");
        assertThat(keep(transaction).own().vote()).isEqualTo(Vote.ROLLBACK);
    }

    @Test
    void an_order_that_comes_while_prepare_runs_does_not_slip_in() {
        TransactionContext transaction = Caller.transaction(true);
        List<String> answers = new ArrayList<>();
        service.log().disturb("prepare", () -> {
            answers.add(order(transaction, null, "ROLLBACK"));
            return null;
        });
        Caller.Answer answer = keep(transaction);
        // The order has doomed the call: prepared or not, it votes no, and rolls back.
        assertThat(answers).containsExactly("BUSY");
        assertThat(answer.own().vote()).isEqualTo(Vote.ROLLBACK);
        assertThat(service.log().inDoubt()).isZero();
        assertThat(order(transaction, null, "ROLLBACK")).isEqualTo("ROLLED_BACK");
        assertThat(service.log().isKept(key)).isFalse();
    }

    @Test
    void what_is_in_doubt_survives_the_process_and_asks() {
        MapLog log = new MapLog(InstantSource.system());
        TransactionContext transaction = Caller.transaction(true);
        try (Service first = Service.start("restarted", log)) {
            assertThat(Caller.post(first.url() + "/keep?key=" + key, transaction)
                            .own()
                            .vote())
                    .isEqualTo(Vote.PREPARED);
        }
        coordinator.decide(transaction.id().toString(), "COMMIT");
        try (Service second = Service.start("restarted", log)) {
            await().atMost(Duration.ofSeconds(30)).until(() -> log.isKept(key));
            assertThat(second.log().inDoubt()).isZero();
        }
    }

    @Test
    void a_log_that_cannot_be_read_makes_the_service_unhealthy_and_no_order_is_acknowledged() {
        TransactionContext transaction = Caller.transaction(true);
        String ref = keep(transaction).own().ref().value();
        service.log().disturb("find", () -> {
            throw new IOException("disk");
        });
        assertThat(order(transaction, ref, "COMMIT")).isIn("COMMITTED", null);
        await().atMost(Duration.ofSeconds(30)).until(() -> "COMMITTED".equals(order(transaction, ref, "COMMIT")));
        assertThat(service.log().isKept(key)).isTrue();
    }

    @Test
    void calls_from_the_log_are_no_part_of_the_transaction() {
        List<Boolean> within = new ArrayList<>();
        service.log().disturb("prepare", () -> {
            within.add(GlobalTransactions.currentId().isPresent());
            return null;
        });
        service.log().disturb("rollback", () -> {
            within.add(GlobalTransactions.currentId().isPresent());
            return null;
        });
        TransactionContext transaction = Caller.transaction(true);
        order(transaction, keep(transaction).own().ref().value(), "COMMIT");
        Caller.post(service.url() + "/refuse?key=" + key, Caller.transaction(true));
        assertThat(within).containsExactly(false, false);
    }

    @Test
    void it_starts_transactions() {
        String id = post("/both?key=" + key + "&other=" + other.url(), 200);
        assertThat(coordinator.decision(id)).isEqualTo("COMMIT");
        await().atMost(Duration.ofSeconds(30))
                .until(() -> service.log().isKept(key) && other.log().isKept(key));
        assertThat(service.log().inDoubt() + other.log().inDoubt()).isZero();
    }

    @Test
    void a_transaction_of_this_service_alone_asks_the_coordinator() {
        String id = post("/alone?key=" + key, 200);
        assertThat(coordinator.decision(id)).isEqualTo("COMMIT");
        await().atMost(Duration.ofSeconds(30)).until(() -> service.log().isKept(key));
    }

    @Test
    void an_exception_of_the_initiator_rolls_all_back() {
        post("/failing?key=" + key + "&other=" + other.url(), 500);
        await().atMost(Duration.ofSeconds(30)).until(() -> other.log().inDoubt() == 0);
        assertThat(service.log().aside()).isZero();
        assertThat(service.log().inDoubt()).isZero();
        assertThat(service.log().isKept(key) || other.log().isKept(key)).isFalse();
    }

    @Test
    void an_exception_of_the_initiators_own_prepare_rolls_all_back() {
        service.log().disturb("prepare", () -> {
            throw new IOException("disk full");
        });
        post("/both?key=" + key + "&other=" + other.url(), 500);
        await().atMost(Duration.ofSeconds(30)).until(() -> other.log().inDoubt() == 0);
        assertThat(service.log().aside()).isZero();
        assertThat(service.log().isKept(key) || other.log().isKept(key)).isFalse();
        GlobalTransactionTemplate template = service.context().getBean(GlobalTransactionTemplate.class);
        service.log().disturb("prepare", () -> Vote.ROLLBACK);
        assertThatExceptionOfType(GlobalTransactionRolledBackException.class)
                .isThrownBy(() -> template.execute(() -> {
                    service.log().keep(GlobalTransactions.currentRef().orElseThrow(), key);
                    return key;
                }))
                .withMessageContaining("refused to prepare");
    }

    @Test
    void a_branch_that_prepared_is_rolled_back_if_another_one_refuses() {
        other.log().disturb("prepare", () -> Vote.ROLLBACK);
        post("/both?key=" + key + "&other=" + other.url(), 500);
        assertThat(service.log().inDoubt()).isZero();
        assertThat(service.log().aside()).isZero();
        assertThat(service.log().isKept(key)).isFalse();
    }

    @Test
    void settings_that_do_not_go_with_it_are_refused_or_named(CapturedOutput output) {
        MapLog log = new MapLog(InstantSource.system());
        assertThatExceptionOfType(Exception.class)
                .isThrownBy(() -> Service.start("x", log, "--assent.participant.prepare=late"))
                .withStackTraceContaining("prepare=late does not go with assent.participant.resources=own");
        assertThatExceptionOfType(Exception.class)
                .isThrownBy(() -> Service.start("x", log, "--assent.participant.resources=postgres"))
                .withStackTraceContaining("resources is not own");
        assertThatExceptionOfType(Exception.class)
                .isThrownBy(() -> Service.start("x", log, "--spring.main.sources=" + Trying.class.getName()))
                .withStackTraceContaining("@TryConfirmCancel does not go with");
        Service.start(
                        "x",
                        log,
                        "--spring.datasource.url=jdbc:postgresql://127.0.0.1:1/none",
                        "--spring.autoconfigure.exclude="
                                + "org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration,"
                                + "org.springframework.boot.data.jpa.autoconfigure.DataJpaRepositoriesAutoConfiguration",
                        "--assent.participant.late.max-idle=1s",
                        "--assent.participant.max-held-callbacks=1",
                        "--assent.participant.sweep.interval=1s")
                .close();
        assertThat(output)
                .contains("the DataSource takes no part in branches")
                .contains("assent.participant.late has no effect")
                .contains("assent.participant.max-held-callbacks has no effect")
                .doesNotContain("assent.participant.schema has no effect")
                .doesNotContain("assent.participant.sweep has no effect");
    }

    /** Reserves outside of any database. */
    public static class Trying {

        @TryConfirmCancel(confirm = "confirm", cancel = "cancel")
        public void reserve(String what) {}

        public void confirm(String what) {}

        public void cancel(String what) {}
    }

    private Caller.Answer keep(TransactionContext transaction) {
        return Caller.post(service.url() + "/keep?key=" + key, transaction);
    }

    /** What prepare would do for the execution that keeps something aside. */
    private void writeWhatIsAside(TransactionContext transaction) {
        service.log()
                .write(transaction.id(), transaction.branch(), service.log().onlyAside());
    }

    private String prepare(TransactionContext transaction, String ref) {
        return coordinator
                .post(
                        service.protocolUrl() + "/prepare",
                        Map.of(
                                "participant",
                                "points",
                                "transaction",
                                transaction.id().toString(),
                                "branch",
                                transaction.branch().value(),
                                "ref",
                                ref,
                                "deadline",
                                "2999-01-01T00:00:00Z",
                                "remaining",
                                "PT2S"))
                .get("vote")
                .stringValue();
    }

    /** The state, or null if the order is not acknowledged. */
    private String order(TransactionContext transaction, String ref, String decision) {
        JsonNode results = coordinator
                .order(
                        service.protocolUrl(),
                        "points",
                        transaction.id().toString(),
                        transaction.branch().value(),
                        ref,
                        decision)
                .get("results");
        return results.isEmpty() ? null : results.get(0).get("state").stringValue();
    }

    private String status(TransactionContext transaction) {
        return get("/assent/v1/branches/" + transaction.id() + "/" + transaction.branch())
                .get("state")
                .stringValue();
    }

    @Test
    void operators_are_told_of_branches_and_coordinators_and_of_no_database() {
        assertThat(get("/actuator/assent-branches").path("participant").stringValue())
                .isEqualTo("points");
        JsonNode report = get("/actuator/assent-doctor");
        assertThat(report.path("items"))
                .extracting(item -> item.path("check").stringValue())
                .containsExactly("in-doubt", "coordinator (" + coordinator.url() + ")");
        assertThat(report.path("status").stringValue()).isEqualTo("OK");
    }

    @Test
    void operators_are_told_when_the_log_cannot_be_asked_for_branches() {
        HttpRequest question = HttpRequest.newBuilder(URI.create(service.url() + "/actuator/assent-branches"))
                .build();
        // The sweep asks, too, and may be the one whose question fails.
        await().untilAsserted(() -> {
            service.log().disturb("recover", () -> {
                throw new IOException("no disk");
            });
            HttpResponse<String> answer = send(question);
            assertThat(answer.statusCode()).isEqualTo(503);
            assertThat(answer.body()).contains("urn:assent:problem:overloaded", "no disk");
        });
        assertThat(send(question).statusCode()).isEqualTo(200);
    }

    private int health() {
        return (int) service.context()
                .getBean("assentBranchesHealthIndicator", HealthIndicator.class)
                .health()
                .getDetails()
                .get("prepared");
    }

    private double gauge() {
        BranchResource resource = service.context().getBean(BranchResource.class);
        MeterRegistry registry = new SimpleMeterRegistry();
        service.context().getBean("assentBranchMetrics", MeterBinder.class).bindTo(registry);
        double metered = registry.get("assent.participant.in.doubt").gauge().value();
        assertThat(metered).isEqualTo(resource.inDoubt().count());
        return metered;
    }

    private JsonNode get(String path) {
        return tools.jackson.databind.json.JsonMapper.shared()
                .readTree(send(HttpRequest.newBuilder(URI.create(service.url() + path))
                                .build())
                        .body());
    }

    private static String post(String path, int status) {
        HttpResponse<String> response = send(HttpRequest.newBuilder(URI.create(service.url() + path))
                .POST(HttpRequest.BodyPublishers.noBody())
                .build());
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        return response.body();
    }

    private static HttpResponse<String> send(HttpRequest request) {
        try {
            return HTTP.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
