package io.assent.coordinator.config;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.matchingJsonPath;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.WireMock;
import io.assent.coordinator.ObedientParticipant;
import io.assent.coordinator.engine.Answer;
import io.assent.coordinator.engine.Coordinator;
import io.assent.coordinator.engine.TransactionSearch;
import io.assent.coordinator.protocol.Branch;
import io.assent.coordinator.protocol.TransactionRecord;
import io.assent.coordinator.web.Http;
import io.assent.embeddedpostgres.TestPostgres;
import io.assent.protocol.BranchId;
import io.assent.protocol.BranchRef;
import io.assent.protocol.Decision;
import io.assent.protocol.Outcome;
import io.assent.protocol.ParticipantName;
import io.assent.protocol.TransactionId;
import io.assent.protocol.Vote;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.tracing.Tracer;
import io.opentelemetry.api.OpenTelemetry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.JsonNode;

/**
 * Goal: the whole service keeps the protocol, whichever instance is asked. Method: two instances on one real PostgreSQL,
 * participants that do as the test says, nothing but HTTP where HTTP is what counts.
 */
class CoordinatorIntegrationTests {

    private static final RandomGenerator RANDOM = new Random();
    /** By id: what begin answered. */
    private static final Map<String, String> TOKENS = new ConcurrentHashMap<>();

    static ConfigurableApplicationContext firstInstance;
    static ConfigurableApplicationContext secondInstance;
    static TestPostgres.Database database;
    static WireMockServer payment;
    static WireMockServer stock;
    static Http first;
    static Http second;

    @BeforeAll
    static void start() {
        database = TestPostgres.shared().freshDatabase("coordinator");
        payment = new WireMockServer(wireMockConfig().dynamicPort().extensions(new ObedientParticipant()));
        stock = new WireMockServer(wireMockConfig().dynamicPort().extensions(new ObedientParticipant()));
        payment.start();
        stock.start();
        firstInstance = instance();
        secondInstance = instance();
        first = http(firstInstance);
        second = http(secondInstance);
    }

    @AfterAll
    static void stop() {
        firstInstance.close();
        secondInstance.close();
        payment.stop();
        stock.stop();
    }

    @BeforeEach
    void participantsBehave() {
        for (WireMockServer participant : List.of(payment, stock)) {
            participant.resetAll();
            participant.stubFor(post("/assent/v1/prepare").willReturn(okJson("{\"vote\":\"PREPARED\"}")));
            participant.stubFor(
                    post("/assent/v1/decisions").willReturn(aResponse().withTransformers("obedient")));
        }
    }

    @Test
    void a_client_that_knows_only_http_commits_in_two_services() {
        String tx = begin(first, "PT30S");
        assertThat(enlist(second, tx, "1", "payment-service", payment).status()).isEqualTo(201);
        assertThat(enlist(first, tx, "2", "stock-service", stock).status()).isEqualTo(201);
        assertThat(enlist(first, tx, "2", "stock-service", stock).status()).isEqualTo(200);

        Http.Response committed = second.post(path(tx) + "/commit", "{\"branches\":[\"1\",\"2\"]}");

        assertThat(committed.status()).as(committed.body()).isEqualTo(200);
        assertThat(committed.text("decision")).isEqualTo("COMMIT");
        assertThat(committed.text("outcome")).isEqualTo("COMMITTED");
        payment.verify(1, postRequestedFor(urlEqualTo("/assent/v1/prepare")));
        stock.verify(
                1,
                postRequestedFor(urlEqualTo("/assent/v1/decisions"))
                        .withRequestBody(matchingJsonPath("$.decisions[0].decision", WireMock.equalTo("COMMIT"))));
        // The client is answered first; then the end is recorded, and every other instance knows it.
        Http.Response shown =
                await().until(() -> first.get(path(tx)), found -> "COMMITTED".equals(found.text("state")));
        assertThat(shown.json().path("timeline").findValuesAsString("event"))
                .containsExactly(
                        "BEGUN",
                        "ENLISTED",
                        "ENLISTED",
                        "COMMIT_REQUESTED",
                        "DECIDED",
                        "ACKNOWLEDGED",
                        "ACKNOWLEDGED",
                        "COMPLETED");
        assertThat(first.post(path(tx) + "/commit", "{\"branches\":[\"1\",\"2\"]}")
                        .status())
                .isEqualTo(200);
        Http.Response late = first.post(path(tx) + "/rollback", "{}");
        assertThat(late.status()).isEqualTo(409);
        assertThat(late.text("type")).endsWith(":decision-final");
        Http.Response enlisted = enlist(second, tx, "3", "stock-service", stock);
        assertThat(enlisted.status()).isEqualTo(409);
        assertThat(enlisted.text("type")).endsWith(":transaction-closed");
        assertThat(enlisted.text("decision")).isEqualTo("COMMIT");
    }

    @Test
    void nothing_is_traced_without_a_place_to_export_to() {
        assertThat(firstInstance.getBeanProvider(Tracer.class)).isEmpty();
        assertThat(firstInstance.getBeanProvider(OpenTelemetry.class)).isEmpty();
    }

    @Test
    void one_service_that_refuses_rolls_both_back_and_its_reason_is_told() {
        payment.stubFor(post("/assent/v1/prepare")
                .willReturn(okJson("{\"vote\":\"ROLLBACK\",\"reason\":\"not enough money\"}")));
        String tx = begin(first, "PT30S");
        enlist(first, tx, "1", "payment-service", payment);
        enlist(first, tx, "2", "stock-service", stock);

        Http.Response response = first.post(path(tx) + "/commit", "{}");

        assertThat(response.status()).isEqualTo(409);
        assertThat(response.text("type")).endsWith(":transaction-rolled-back");
        assertThat(response.text("decision")).isEqualTo("ROLLBACK");
        assertThat(response.text("reason")).contains("not enough money");
        await().untilAsserted(
                        () -> assertThat(second.get(path(tx)).text("outcome")).isEqualTo("ROLLED_BACK"));
        stock.verify(postRequestedFor(urlEqualTo("/assent/v1/decisions"))
                .withRequestBody(matchingJsonPath("$.decisions[0].decision", WireMock.equalTo("ROLLBACK"))));
    }

    @Test
    void a_collected_transaction_takes_one_request_and_can_be_asked_for_again_anywhere() {
        TransactionId tx = newId();
        String body = collected(tx, "1", payment, "2", stock);

        Http.Response response = first.post(path(tx.toString()) + "/commit", body);

        assertThat(response.status()).as(response.body()).isEqualTo(200);
        payment.verify(0, postRequestedFor(urlEqualTo("/assent/v1/prepare")));
        assertThat(second.post(path(tx.toString()) + "/commit", body).status()).isEqualTo(200);
        Http.Response other = second.post(path(tx.toString()) + "/commit", collected(tx, "1", payment, "3", stock));
        assertThat(other.status()).isEqualTo(409);
        assertThat(other.text("type")).endsWith(":branch-set-conflict");
        assertThat(other.text("decision")).isEqualTo("COMMIT");
    }

    @Test
    void a_batch_of_commits_is_answered_one_by_one() {
        TransactionId one = newId();
        TransactionId rolledBack = newId();
        first.post(path(rolledBack.toString()) + "/rollback", "{}");
        StringBuilder commits = new StringBuilder();
        for (TransactionId tx : List.of(one, rolledBack)) {
            String body = collected(tx, "1", payment, "2", stock);
            commits.append(commits.isEmpty() ? "" : ",")
                    .append("{\"transaction\":\"" + tx + "\",")
                    .append(body.substring(1));
        }

        Http.Response response = second.post("/v1/commits", "{\"commits\":[" + commits + "]}");

        assertThat(response.status()).as(response.body()).isEqualTo(200);
        assertThat(response.json().path("results").path(0).path("status").asInt())
                .isEqualTo(200);
        assertThat(response.json().path("results").path(1).path("status").asInt())
                .isEqualTo(409);
    }

    @Test
    void a_service_that_is_away_when_the_decision_falls_gets_its_order_later() {
        payment.stubFor(post("/assent/v1/decisions").willReturn(aResponse().withStatus(503)));
        TransactionId tx = newId();

        Http.Response response = first.post(
                path(tx.toString()) + "/commit", collected(tx, "1", payment, "2", stock), "Prefer", "wait=0");

        assertThat(response.status()).isEqualTo(202);
        assertThat(response.text("decision")).isEqualTo("COMMIT");
        assertThat(response.text("completion")).isEqualTo("PENDING");
        assertThat(second.get(path(tx.toString())).text("state")).isIn("COMMITTING", "PREPARING");
        await().untilAsserted(() -> {
            JsonNode away = participant(first, payment);
            assertThat(away.path("unacknowledged").asLong()).isPositive();
            assertThat(away.path("oldestUnacknowledgedSince").isNull()).isFalse();
            assertThat(away.path("lastError").asString()).isEqualTo("answered with status 503");
            assertThat(gauge(second, "assent_unacknowledged")).isPositive();
            assertThat(gauge(second, "assent_unacknowledged_oldest_seconds")).isPositive();
        });
        participantsBehave();
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(second.get(path(tx.toString())).text("outcome"))
                        .isEqualTo("COMMITTED"));
        // The other instance may have delivered it; this one notices with its own next attempt.
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
            JsonNode back = participant(first, payment);
            assertThat(back.path("unacknowledged").asLong()).isZero();
            assertThat(back.path("oldestUnacknowledgedSince").isNull()).isTrue();
        });
    }

    @Test
    void the_doctor_looks_at_a_real_log() {
        JsonNode findings = first.get("/v1/doctor").json().path("items");

        assertThat(status(findings, "log-available")).isEqualTo("OK");
        assertThat(status(findings, "log-standby")).as("mode single").isEqualTo("WARNING");
        assertThat(status(findings, "log-held")).isEqualTo("OK");
        assertThat(status(findings, "log-partitions")).isEqualTo("OK");
        assertThat(status(findings, "clock")).as("on one machine").isEqualTo("OK");
        JsonNode log = first.get("/actuator/assent-log").json().path("items").path(0);
        assertThat(log.path("primary").path("mode").asString()).isEqualTo("single");
        assertThat(log.path("primary").path("timeline").asInt()).isPositive();
        assertThat(log.path("epoch").asInt()).isPositive();
    }

    private static String status(JsonNode findings, String check) {
        for (JsonNode finding : findings) {
            if (finding.path("check").asString().equals(check)) {
                return finding.path("status").asString();
            }
        }
        throw new AssertionError("is not checked: " + check);
    }

    private static JsonNode participant(Http http, WireMockServer server) {
        for (JsonNode one : http.get("/v1/participants").json().path("items")) {
            if (one.path("url").asString().contains(":" + server.port())) {
                return one;
            }
        }
        throw new AssertionError("is not listed: " + server.port());
    }

    @Test
    void a_branch_that_ended_against_the_decision_is_shown_until_a_person_closes_it() {
        await().until(() -> gauge(second, "assent_heuristics_open") >= 0);
        double before = gauge(second, "assent_heuristics_open");
        TransactionId tx = newId();
        payment.stubFor(post("/assent/v1/decisions")
                .willReturn(okJson("{\"results\":[{\"transaction\":\"" + tx + "\",\"branch\":\"1\",\"ref\":\""
                        + ref("payment-service", tx, "1") + "\",\"state\":\"ROLLED_BACK\"}]}")));

        Http.Response response = first.post(path(tx.toString()) + "/commit", collected(tx, "1", payment, "2", stock));

        assertThat(response.status()).as(response.body()).isEqualTo(202);
        assertThat(response.text("outcome")).isEqualTo("HEURISTIC_MIXED");
        // The other instance knows what the log knows.
        await().untilAsserted(() ->
                assertThat(second.get(path(tx.toString())).text("outcome")).isEqualTo("HEURISTIC_MIXED"));
        await().until(() -> gauge(second, "assent_heuristics_open") == before + 1);
        Http.Response resolved = second.post(path(tx.toString()) + "/resolution", "{\"reason\":\"booked by hand\"}");
        assertThat(resolved.status()).as(resolved.body()).isEqualTo(200);
        assertThat(resolved.text("completion")).isEqualTo("COMPLETE");
        assertThat(resolved.text("outcome")).isEqualTo("HEURISTIC_MIXED");
        assertThat(first.get(path(tx.toString())).body()).contains("booked by hand");
        await().until(() -> gauge(second, "assent_heuristics_open") == before);
    }

    private static double gauge(Http http, String name) {
        return http.get("/actuator/prometheus")
                .body()
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
                .findFirst()
                .orElseThrow(() -> new AssertionError(name + " is not shown"));
    }

    @Test
    void an_inquiry_waits_before_the_deadline_and_rolls_back_after_it() {
        String open = begin(first, "PT30S");
        TransactionId never = newId();
        String early = inquiry(TransactionId.parse(open), Instant.now().plusSeconds(30));
        String late = inquiry(never, Instant.now().minusSeconds(1));

        Http.Response response = second.post(
                "/v1/inquiries", "{\"participant\":\"payment-service\",\"branches\":[" + early + "," + late + "]}");

        assertThat(response.status()).as(response.body()).isEqualTo(200);
        Map<String, String> answers = new ConcurrentHashMap<>();
        response.json()
                .path("answers")
                .forEach(answer -> answers.put(
                        answer.path("transaction").asString(),
                        answer.path("answer").asString()));
        assertThat(answers).containsEntry(open, "UNDECIDED").containsEntry(never.toString(), "ROLLBACK");
        // The other instance tells it once it is recorded as confirmed (R4).
        await().untilAsserted(() ->
                assertThat(first.get(path(never.toString())).text("decision")).isEqualTo("ROLLBACK"));
        Http.Response commit =
                first.post(path(never.toString()) + "/commit", collected(never, "1", payment, "2", stock));
        assertThat(commit.status()).isEqualTo(409);
    }

    @Test
    void a_transaction_that_nobody_ends_is_rolled_back_by_recovery() {
        String tx = begin(first, "PT3S");
        assertThat(enlist(first, tx, "1", "payment-service", payment).status()).isEqualTo(201);

        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(
                        () -> assertThat(second.get(path(tx)).text("outcome")).isEqualTo("ROLLED_BACK"));

        payment.verify(postRequestedFor(urlEqualTo("/assent/v1/decisions"))
                .withRequestBody(matchingJsonPath("$.decisions[0].decision", WireMock.equalTo("ROLLBACK"))));
        assertThat(first.post(path(tx) + "/commit", "{}").status()).isEqualTo(409);
    }

    @Test
    void an_address_outside_the_list_is_refused_and_nothing_is_written() {
        TransactionId tx = newId();
        String body =
                collected(tx, "1", payment, "2", stock).replace("localhost:" + stock.port(), "metadata.internal:80");

        Http.Response response = first.post(path(tx.toString()) + "/commit", body);

        assertThat(response.status()).isEqualTo(400);
        assertThat(response.text("type")).endsWith(":participant-not-allowed");
        assertThat(first.get(path(tx.toString())).status()).isEqualTo(404);
        payment.verify(0, postRequestedFor(urlEqualTo("/assent/v1/decisions")));
    }

    @Test
    void ids_out_of_their_time_are_refused() {
        TransactionId old = TransactionId.create(Instant.now().minus(Duration.ofHours(2)), RANDOM);
        TransactionId ancient = TransactionId.create(Instant.now().minus(Duration.ofDays(90)), RANDOM);
        TransactionId future = TransactionId.create(Instant.now().plus(Duration.ofMinutes(10)), RANDOM);

        for (String call : List.of("begin", "commit")) {
            assertThat(start(call, old).text("type")).as(call).endsWith(":transaction-too-old");
            assertThat(start(call, old).status()).isEqualTo(410);
            assertThat(start(call, future).text("type")).as(call).endsWith(":invalid-value");
        }
        assertThat(first.get(path(ancient.toString())).status()).isEqualTo(410);
        assertThat(first.get(path(old.toString())).status()).isEqualTo(404);
    }

    @Test
    void transactions_are_found_by_what_people_know_of_them() {
        TransactionId tx = newId();
        String participant = "search-" + (RANDOM.nextInt(9_000) + 1_000);
        first.post(
                path(tx.toString()) + "/commit",
                collected(tx, "1", payment, "2", stock).replace("stock-service\",", participant + "\","));

        // The client is answered first; then the end is recorded.
        await().untilAsserted(() -> {
            Http.Response found = second.get("/v1/transactions?state=COMMITTED&participant=" + participant);
            assertThat(found.status()).as(found.body()).isEqualTo(200);
            assertThat(found.json().path("items").findValuesAsString("id")).containsExactly(tx.toString());
        });
        assertThat(second.get("/v1/transactions?state=ROLLED_BACK&participant=" + participant)
                        .json()
                        .path("items"))
                .isEmpty();
    }

    @Test
    void operators_see_health_and_metrics() {
        assertThat(first.get("/actuator/health/readiness").text("status")).isEqualTo("UP");
        assertThat(first.get("/actuator/health/liveness").text("status")).isEqualTo("UP");
        assertThat(first.get("/actuator/prometheus").body())
                .contains("assent_decision_seconds", "assent_in_flight", "assent_heuristics_total");
        assertThat(first.get("/actuator/nothing").text("type")).endsWith(":not-found");
    }

    @Test
    void a_commit_here_and_a_rollback_there_at_the_same_moment_have_one_winner_and_both_are_told_the_truth()
            throws Exception {
        int transactions = 10_000;
        Coordinator here = firstInstance.getBean(Coordinator.class);
        Coordinator there = secondInstance.getBean(Coordinator.class);
        // Each call waits for the orders too: so no more than these are under way, however slow the participant is.
        Semaphore atOnce = new Semaphore(256);
        Duration wait = Duration.ofSeconds(60);
        Map<TransactionId, Decision> told = new ConcurrentHashMap<>();
        Set<TransactionId> untold = ConcurrentHashMap.newKeySet();
        Map<TransactionId, String> lies = new ConcurrentHashMap<>();
        CompletableFuture<?>[] races = new CompletableFuture<?>[transactions];

        for (int i = 0; i < transactions; i++) {
            if (i % 100 == 0) {
                // What a race leaves behind for the log is written one by one, after the answers: where answers come
                // faster,
                // the instances would refuse commits at last. So they are given time, as their callers would give them.
                await().atMost(wait).until(() -> inFlight(firstInstance) < 1_000 && inFlight(secondInstance) < 1_000);
            }
            atOnce.acquire();
            TransactionId tx = newId();
            var set = List.of(Branch.named(
                    new BranchId("1"),
                    new ParticipantName("payment-service"),
                    url(payment),
                    new BranchRef(ref("payment-service", tx, "1")),
                    Vote.PREPARED));
            var commit = new Coordinator.Commit(tx, "race", Instant.now().plusSeconds(60), set, null, wait, null);
            var rollback = new Coordinator.Rollback(tx, "race", List.of(), wait, null);
            CompletableFuture<Answer> committed;
            CompletableFuture<Answer> rolledBack;
            if (i % 2 == 0) {
                committed = here.commit(commit).toCompletableFuture();
                rolledBack = there.rollback(rollback).toCompletableFuture();
            } else {
                rolledBack = there.rollback(rollback).toCompletableFuture();
                committed = here.commit(commit).toCompletableFuture();
            }
            races[i] = committed
                    .thenCombine(rolledBack, (one, other) -> {
                        String both = one.result() + " and " + other.result();
                        switch (both) {
                            // On a machine that is too busy one of them may be told nothing, which is no lie.
                            case "COMPLETE and COMMITTED",
                                    "PENDING and COMMITTED",
                                    "COMPLETE and UNAVAILABLE",
                                    "PENDING and UNAVAILABLE",
                                    "UNAVAILABLE and COMMITTED" -> told.put(tx, Decision.COMMIT);
                            case "ROLLED_BACK and COMPLETE",
                                    "ROLLED_BACK and PENDING",
                                    "ROLLED_BACK and UNAVAILABLE",
                                    "UNAVAILABLE and COMPLETE",
                                    "UNAVAILABLE and PENDING" -> told.put(tx, Decision.ROLLBACK);
                            case "UNAVAILABLE and UNAVAILABLE" -> untold.add(tx);
                            default -> lies.put(tx, both + " " + one.detail() + " " + other.detail());
                        }
                        return both;
                    })
                    .whenComplete((both, failure) -> atOnce.release());
        }
        CompletableFuture.allOf(races).get(120, TimeUnit.SECONDS);

        assertThat(lies).isEmpty();
        assertThat(told).hasSize(transactions - untold.size());
        assertThat(told.values()).contains(Decision.COMMIT, Decision.ROLLBACK);
        TransactionSearch search = secondInstance.getBean(TransactionSearch.class);
        await().atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofSeconds(1))
                .untilAsserted(() -> {
                    Map<TransactionId, Decision> recorded = new ConcurrentHashMap<>();
                    TransactionId before = null;
                    List<TransactionRecord> page;
                    do {
                        page = search.search(new TransactionSearch.Query(
                                        null, Set.of(), null, null, null, 500, before, null))
                                .found();
                        for (TransactionRecord record : page) {
                            before = record.id();
                            if (told.containsKey(record.id())) {
                                assertThat(record.outcome())
                                        .isEqualTo(
                                                record.decision() == Decision.COMMIT
                                                        ? Outcome.COMMITTED
                                                        : Outcome.ROLLED_BACK);
                                recorded.put(record.id(), record.decision());
                            }
                        }
                    } while (!page.isEmpty());
                    assertThat(recorded).isEqualTo(told);
                });
    }

    private static double inFlight(ConfigurableApplicationContext instance) {
        return instance.getBean(MeterRegistry.class)
                .get("assent.in.flight")
                .gauge()
                .value();
    }

    private static ConfigurableApplicationContext instance() {
        return new SpringApplicationBuilder(CoordinatorApplication.class)
                .run(
                        "--server.port=0",
                        "--spring.datasource.url=" + database.jdbcUrl(),
                        "--spring.datasource.username=" + database.username(),
                        "--spring.datasource.password=" + database.password(),
                        "--logging.level.assent.transactions=warn",
                        // As an entry of a ConfigMap may be: none.
                        "--management.opentelemetry.tracing.export.otlp.endpoint=",
                        "--assent.coordinator.participants.allowed-hosts=loopback:*",
                        "--assent.coordinator.participants.defaults.circuit-open-for=200ms",
                        "--assent.coordinator.engine.take-over-after=2s",
                        "--assent.coordinator.backlog.interval=1s",
                        "--assent.coordinator.recovery.interval=200ms");
    }

    private static Http http(ConfigurableApplicationContext instance) {
        return new Http(((WebServerApplicationContext) instance).getWebServer().getPort());
    }

    private static Http.Response start(String call, TransactionId id) {
        return call.equals("begin")
                ? first.post("/v1/transactions", "{\"id\":\"" + id + "\",\"timeout\":\"PT1S\"}")
                : first.post(
                        path(id.toString()) + "/commit",
                        "{\"deadline\":\"" + id.timestamp().plusSeconds(5) + "\",\"branches\":[]}");
    }

    private static String begin(Http http, String timeout) {
        Http.Response response =
                http.post("/v1/transactions", "{\"name\":\"checkout\",\"timeout\":\"" + timeout + "\"}");
        assertThat(response.status()).as(response.body()).isEqualTo(201);
        TOKENS.put(response.text("id"), response.text("token"));
        return response.text("id");
    }

    private static Http.Response enlist(
            Http http, String tx, String branch, String participant, WireMockServer server) {
        return http.post(
                path(tx) + "/branches",
                branch(participant, TransactionId.parse(tx), branch, server)
                        .replace("\"vote\":\"PREPARED\"", "\"token\":\"" + TOKENS.get(tx) + "\""));
    }

    private static String collected(
            TransactionId tx, String one, WireMockServer payment, String other, WireMockServer stock) {
        return "{\"name\":\"checkout\",\"deadline\":\"%s\",\"branches\":[%s,%s]}"
                .formatted(
                        tx.timestamp().plusSeconds(60),
                        branch("payment-service", tx, one, payment),
                        branch("stock-service", tx, other, stock));
    }

    private static String branch(String participant, TransactionId tx, String branch, WireMockServer server) {
        return "{\"branch\":\"%s\",\"participant\":\"%s\",\"url\":\"%s\",\"ref\":\"%s\",\"vote\":\"PREPARED\"}"
                .formatted(branch, participant, url(server), ref(participant, tx, branch));
    }

    private static String inquiry(TransactionId tx, Instant deadline) {
        return "{\"transaction\":\"%s\",\"branch\":\"1\",\"ref\":\"%s\",\"deadline\":\"%s\"}"
                .formatted(tx, ref("payment-service", tx, "1"), deadline);
    }

    private static String ref(String participant, TransactionId tx, String branch) {
        return "assent:" + participant + ":" + tx + ":" + branch + ":x";
    }

    private static String url(WireMockServer server) {
        return "http://localhost:" + server.port() + "/assent/v1";
    }

    private static String path(String tx) {
        return "/v1/transactions/" + tx;
    }

    private static TransactionId newId() {
        return TransactionId.create(Instant.now(), RANDOM);
    }
}
