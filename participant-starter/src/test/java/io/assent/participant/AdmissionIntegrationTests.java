package io.assent.participant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.assent.embeddedpostgres.EmbeddedPostgres;
import io.assent.embeddedpostgres.TestPostgres;
import io.assent.participant.engine.Admission;
import io.assent.participant.management.DoctorEndpoint;
import io.assent.participant.support.Caller;
import io.assent.participant.support.OrderApplication;
import io.assent.participant.support.PaymentApplication;
import io.assent.participant.support.Running;
import io.assent.participant.support.TestCoordinator;
import io.assent.protocol.Vote;
import io.assent.protocol.doctor.Finding;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Goal: a service that has too much to do refuses before it works, and its database never runs out of places for prepared
 * transactions. Method: a PostgreSQL that has very few, and a coordinator that answers after the decision and leaves it to
 * the participants to ask.
 */
class AdmissionIntegrationTests {

    private static final int SLOTS = 5;

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    @TempDir
    static Path directory;

    private static EmbeddedPostgres small;
    private static TestCoordinator coordinator;
    private static Running payment;
    private Running order;

    @BeforeAll
    static void start() {
        small = EmbeddedPostgres.builder()
                .dataDirectory(directory.resolve("data"))
                .setting("max_prepared_transactions", Integer.toString(SLOTS))
                .start();
        coordinator = new TestCoordinator();
        payment = Running.start(
                PaymentApplication.class,
                "payment",
                coordinator.url(),
                database("payment"),
                "--management.endpoints.web.exposure.include=assent-doctor");
    }

    @AfterAll
    static void stop() {
        payment.close();
        coordinator.close();
        small.close();
    }

    @BeforeEach
    void reset() {
        coordinator.reset();
    }

    @AfterEach
    void close() {
        if (order != null) {
            order.close();
        }
    }

    @Test
    void a_participant_refuses_calls_before_its_places_for_prepared_transactions_run_out() throws Exception {
        order = Running.start(OrderApplication.class, "order", coordinator.url());
        coordinator.keepOrdersBack();
        long paid = payment.count("payments");

        List<HttpResponse<String>> answers = buyAtOnce(10, 4, payment);

        long bought =
                answers.stream().filter(answer -> answer.statusCode() == 200).count();
        assertThat(bought).as("not everybody is refused").isPositive();
        assertThat(payment.bean(Admission.class).refused(Admission.Refused.PREPARED))
                .as("more came than there are places")
                .isPositive();
        assertThat(coordinator.requests())
                .as("nobody had worked in vain")
                .noneSatisfy(request ->
                        assertThat(request.body().toString()).contains("maximum number of prepared transactions"));
        await().until(() -> payment.prepared() == 0 && order.prepared() == 0);
        assertThat(payment.count("payments") - paid).isEqualTo(bought);
        assertThat(order.count("orders")).isEqualTo(bought);
    }

    @Test
    void a_refused_call_votes_rollback_and_says_when_to_come_again_and_orders_are_not_refused() {
        coordinator.keepOrdersBack();
        List<Caller.Answer> prepared = new ArrayList<>();
        for (int i = 0; i < SLOTS - 1; i++) {
            prepared.add(Caller.post(payment.url() + "/pay?id=" + UUID.randomUUID(), Caller.transaction(true)));
        }
        assertThat(prepared)
                .allSatisfy(answer -> assertThat(answer.own().vote()).isEqualTo(Vote.PREPARED));

        Caller.Answer refused = Caller.post(payment.url() + "/pay?id=" + UUID.randomUUID(), Caller.transaction(true));

        assertThat(payment.bean(DoctorEndpoint.class).doctor().items())
                .as("the doctor says so")
                .filteredOn(finding -> finding.check().equals("prepared-slots"))
                .singleElement()
                .satisfies(finding -> {
                    assertThat(finding.status()).isEqualTo(Finding.Status.PROBLEM);
                    assertThat(finding.found()).contains("4 of max_prepared_transactions=5", "1 are left", "refused");
                    assertThat(finding.remedy()).contains("enlarge max_prepared_transactions");
                });
        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.body()).contains("urn:assent:problem:overloaded", "has not worked", "max-prepared");
        assertThat(refused.own().vote()).isEqualTo(Vote.ROLLBACK);
        assertThat(refused.own().ref()).isNull();
        prepared.forEach(answer -> {
            String ref = String.valueOf(answer.own().ref());
            coordinator.order(payment.protocolUrl(), "payment", ref.split(":")[2], "1", ref, "ROLLBACK");
        });
        await().until(payment.nothingInDoubt()::getAsBoolean);
        Caller.Answer again = Caller.post(payment.url() + "/nothing", Caller.transaction(true));
        assertThat(again.status()).as(again.body()).isEqualTo(200);
    }

    @Test
    void an_initiator_starts_nothing_while_its_own_branches_take_all_places() throws Exception {
        order = Running.start(
                OrderApplication.class,
                "order",
                coordinator.url(),
                database("orders"),
                "--assent.transaction.max-concurrent=20",
                "--assent.transaction.admission-wait=100ms");
        coordinator.keepOrdersBack();
        // On another server: what runs in one process and is not prepared yet is not known to the other.
        try (Running elsewhere = Running.start(PaymentApplication.class, "till", coordinator.url())) {
            List<HttpResponse<String>> answers = buyAtOnce(8, 4, elsewhere);

            long bought = answers.stream()
                    .filter(answer -> answer.statusCode() == 200)
                    .count();
            long refused = order.bean(Admission.class).refused(Admission.Refused.PREPARED);
            assertThat(bought).isPositive();
            assertThat(refused).as("more came than there are places").isPositive();
            assertThat(bought + refused).as("nothing else went wrong").isEqualTo(answers.size());
            assertThat(coordinator.requestsOfCallers())
                    .as("what was refused was not begun")
                    .allSatisfy(request -> assertThat(request.path()).contains("/commit"));
            await().until(() -> elsewhere.prepared() == 0 && order.prepared() == 0);
            assertThat(order.count("orders")).isEqualTo(bought);
            assertThat(elsewhere.count("payments")).isEqualTo(bought);
        }
    }

    @Test
    void beyond_the_transactions_under_way_nothing_is_started_and_the_answer_says_when_to_come_again()
            throws Exception {
        order = Running.start(
                OrderApplication.class,
                "order",
                coordinator.url(),
                "--assent.transaction.max-concurrent=1",
                "--assent.transaction.admission-wait=0ms");
        PaymentApplication.Gate gate = payment.bean(PaymentApplication.Gate.class);
        gate.close();
        CompletableFuture<HttpResponse<String>> first =
                CompletableFuture.supplyAsync(() -> buy("/gated?id=" + UUID.randomUUID()));
        gate.awaitEntered();

        HttpResponse<String> second = buy("/pay?id=" + UUID.randomUUID());
        gate.open();

        assertThat(second.statusCode()).isEqualTo(503);
        assertThat(second.headers().firstValue("Retry-After")).hasValue("1");
        assertThat(first.get(30, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
        assertThat(order.bean(Admission.class).refused(Admission.Refused.TRANSACTIONS))
                .isOne();
        await().until(() -> order.bean(Admission.class).underWay() == 0);
        assertThat(buy("/pay?id=" + UUID.randomUUID()).statusCode())
                .as("there is room again")
                .isEqualTo(200);
    }

    private List<HttpResponse<String>> buyAtOnce(int threads, int times, Running till) throws Exception {
        ExecutorService clients = Executors.newFixedThreadPool(threads);
        List<CompletableFuture<HttpResponse<String>>> all = new ArrayList<>();
        for (int i = 0; i < threads * times; i++) {
            all.add(CompletableFuture.supplyAsync(() -> buy(till, "/pay?id=" + UUID.randomUUID()), clients));
        }
        List<HttpResponse<String>> answers = new ArrayList<>();
        for (CompletableFuture<HttpResponse<String>> one : all) {
            answers.add(one.get(3, TimeUnit.MINUTES));
        }
        clients.shutdown();
        return answers;
    }

    private HttpResponse<String> buy(String payPath) {
        return buy(payment, payPath);
    }

    private HttpResponse<String> buy(Running till, String payPath) {
        String url = "%s/buy?id=%s&cents=1&payUrl=%s"
                .formatted(
                        order.url(),
                        UUID.randomUUID(),
                        URLEncoder.encode(till.url() + payPath, StandardCharsets.UTF_8));
        try {
            return HTTP.send(
                    HttpRequest.newBuilder(URI.create(url))
                            .timeout(Duration.ofMinutes(1))
                            .POST(HttpRequest.BodyPublishers.noBody())
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static TestPostgres.Database database(String name) {
        small.createDatabase(name, name, name);
        return new TestPostgres.Database(small.jdbcUrl(name), name, name, name);
    }
}
