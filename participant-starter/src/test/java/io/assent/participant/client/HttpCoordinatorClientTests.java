package io.assent.participant.client;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.matching;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.client.WireMock.urlMatching;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.http.Fault;
import com.github.tomakehurst.wiremock.matching.RequestPatternBuilder;
import io.assent.participant.engine.CoordinatorClient.CommitAnswer;
import io.assent.participant.engine.CoordinatorClient.CommitOrder;
import io.assent.participant.engine.CoordinatorClient.Told;
import io.assent.participant.protocol.PreparedBranch;
import io.assent.protocol.BranchId;
import io.assent.protocol.BranchRef;
import io.assent.protocol.InquiryAnswer;
import io.assent.protocol.ParticipantName;
import io.assent.protocol.TransactionId;
import io.assent.protocol.Vote;
import io.assent.protocol.header.BranchVote;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.core5.util.Timeout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.http.client.HttpComponentsClientHttpRequestFactory;
import org.springframework.web.client.RestClient;

/**
 * Goal: only a coordinator's own words are an answer, and the next instance is asked until somebody gives one. Method: two
 * WireMock servers as coordinators that misbehave.
 */
class HttpCoordinatorClientTests {

    private static final String COMMITTED =
            "{\"decision\":\"COMMIT\",\"completion\":\"COMPLETE\",\"outcome\":\"COMMITTED\"}";

    private final WireMockServer first = new WireMockServer(wireMockConfig().dynamicPort());
    private final WireMockServer second = new WireMockServer(wireMockConfig().dynamicPort());
    private final TransactionId transaction = TransactionId.create(Instant.now(), new Random());
    private final BranchRef ref = new BranchRef("assent:payment:" + transaction + ":1:nonce");
    private final CommitOrder order = new CommitOrder(
            transaction,
            "test",
            Instant.now().plusSeconds(10),
            List.of(new BranchVote(
                    new BranchId("1"),
                    new ParticipantName("payment"),
                    "http://payment/assent/v1",
                    Vote.PREPARED,
                    ref)));

    @BeforeEach
    void start() {
        first.start();
        second.start();
    }

    @AfterEach
    void stop() {
        first.stop();
        second.stop();
    }

    @Test
    void one_commit_is_one_request_to_one_instance() {
        answers(first, json(200, COMMITTED));

        assertThat(client().commit(order).told()).isEqualTo(Told.COMMITTED);

        first.verify(1, postRequestedFor(urlEqualTo("/v1/transactions/" + transaction + "/commit")));
        second.verify(0, postRequestedFor(anyUrl()));
    }

    static Stream<ResponseDefinitionBuilder> misbehaviour() {
        return Stream.of(
                aResponse().withFault(Fault.CONNECTION_RESET_BY_PEER),
                aResponse().withFault(Fault.EMPTY_RESPONSE),
                aResponse().withFault(Fault.RANDOM_DATA_THEN_CLOSE),
                aResponse().withFault(Fault.MALFORMED_RESPONSE_CHUNK),
                aResponse().withStatus(200).withFixedDelay(3_000).withBody(COMMITTED),
                aResponse().withStatus(200).withBody(""),
                aResponse().withStatus(200).withBody("<html>welcome</html>"),
                aResponse().withStatus(200).withBody("{\"decision\":\"COMM"),
                aResponse().withStatus(200).withBody("{\"decision\":\"MAYBE\"}"),
                aResponse().withStatus(200).withBody("{\"decision\":1}"),
                aResponse().withStatus(200).withBody("[]"),
                aResponse()
                        .withStatus(200)
                        .withBody("{\"decision\":\"ROLLBACK\",\"decision\":\"COMMIT\",\"completion\":\"COMPLETE\"}"),
                aResponse()
                        .withStatus(200)
                        .withBody("{\"id\":\"0199a000-0000-7000-8000-000000000000\",\"decision\":\"ROLLBACK\"}"),
                aResponse().withStatus(302).withHeader("Location", "/elsewhere"),
                aResponse().withStatus(404).withBody("no such page"),
                aResponse().withStatus(409).withBody("{\"type\":\"about:blank\",\"status\":409}"),
                aResponse().withStatus(408).withBody(problem("malformed-request", 408)),
                aResponse().withStatus(429).withBody(problem("rate-limited", 429)),
                aResponse().withStatus(500).withBody(problem("internal-error", 500)),
                aResponse().withStatus(503).withBody(problem("outcome-unknown", 503)),
                aResponse().withStatus(503).withBody(problem("decision-log-unavailable", 503)));
    }

    @ParameterizedTest
    @MethodSource("misbehaviour")
    void what_is_no_answer_is_asked_at_the_next_instance(ResponseDefinitionBuilder misbehaviour) {
        answers(first, misbehaviour);
        answers(second, json(200, COMMITTED));

        assertThat(client().commit(order).told()).isEqualTo(Told.COMMITTED);
    }

    @ParameterizedTest
    @MethodSource("misbehaviour")
    void when_nobody_answers_the_outcome_is_unknown_and_never_failed_R8(ResponseDefinitionBuilder misbehaviour) {
        answers(first, misbehaviour);
        answers(second, misbehaviour);

        CommitAnswer answer = client().commit(order);

        assertThat(answer.told()).isEqualTo(Told.UNKNOWN);
        assertThat(answer.detail()).contains("http://localhost:" + first.port(), "http://localhost:" + second.port());
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 202})
    void pending_completion_is_a_commit(int status) {
        answers(first, json(status, "{\"decision\":\"COMMIT\",\"completion\":\"PENDING\"}"));
        assertThat(client().commit(order).told()).isEqualTo(Told.COMMITTED);
    }

    @Test
    void a_rollback_is_told_with_its_reason() {
        answers(
                first,
                json(
                        409,
                        "{\"type\":\"urn:assent:problem:transaction-rolled-back\",\"status\":409,\"reason\":\"deadline\"}"));
        CommitAnswer answer = client().commit(order);
        assertThat(answer.told()).isEqualTo(Told.ROLLED_BACK);
        assertThat(answer.detail()).isEqualTo("deadline");
        assertThat(answer.retryable()).isTrue();
    }

    @Test
    void a_refused_request_is_settled_by_a_rollback_whose_answer_is_the_truth() {
        first.stubFor(post(urlMatching(".*/commit")).willReturn(json(400, problem("participant-not-allowed", 400))));
        first.stubFor(post(urlMatching(".*/rollback"))
                .willReturn(json(200, "{\"decision\":\"ROLLBACK\",\"completion\":\"COMPLETE\"}")));
        CommitAnswer answer = client().commit(order);
        assertThat(answer.told()).isEqualTo(Told.ROLLED_BACK);
        assertThat(answer.retryable()).isFalse();
        assertThat(answer.detail()).contains("participant-not-allowed");
    }

    @Test
    void a_refused_repeat_of_a_request_that_had_committed_is_told_as_committed() {
        first.stubFor(post(urlMatching(".*/commit")).willReturn(json(410, problem("transaction-too-old", 410))));
        first.stubFor(post(urlMatching(".*/rollback")).willReturn(json(409, problem("decision-final", 409))));
        assertThat(client().commit(order).told()).isEqualTo(Told.COMMITTED);
    }

    @Test
    void a_rollback_whose_branches_are_refused_is_proposed_without_them() {
        first.stubFor(post(urlMatching(".*/rollback"))
                .inScenario("refuse once")
                .whenScenarioStateIs("Started")
                .willReturn(json(400, problem("participant-not-allowed", 400)))
                .willSetStateTo("then"));
        first.stubFor(post(urlMatching(".*/rollback"))
                .inScenario("refuse once")
                .whenScenarioStateIs("then")
                .willReturn(json(200, "{\"decision\":\"ROLLBACK\",\"completion\":\"PENDING\"}")));
        assertThat(client().rollback(transaction, "why", order.branches()).told())
                .isEqualTo(Told.ROLLED_BACK);
    }

    @Test
    void the_instance_that_answered_last_is_asked_first() {
        answers(first, aResponse().withStatus(503));
        answers(second, json(200, COMMITTED));
        HttpCoordinatorClient client = client();
        client.commit(order);
        client.commit(order);
        first.verify(1, postRequestedFor(anyUrl()));
        second.verify(2, postRequestedFor(anyUrl()));
    }

    @Test
    void an_instance_that_came_back_is_heard_although_its_circuit_is_still_open() {
        HttpCoordinatorClient client = client(CircuitBreakerConfig.custom()
                .minimumNumberOfCalls(2)
                .waitDurationInOpenState(Duration.ofHours(1))
                .build());
        answers(first, aResponse().withStatus(503));
        answers(second, aResponse().withStatus(503));
        assertThat(client.commit(order).told()).isEqualTo(Told.UNKNOWN);

        answers(second, json(200, COMMITTED));

        assertThat(client.commit(order).told()).isEqualTo(Told.COMMITTED);
    }

    @Test
    void an_instance_whose_circuit_is_open_is_asked_last() {
        HttpCoordinatorClient client = client(CircuitBreakerConfig.custom()
                .minimumNumberOfCalls(2)
                .waitDurationInOpenState(Duration.ofHours(1))
                .build());
        answers(first, aResponse().withStatus(503));
        answers(second, aResponse().withStatus(503));
        client.commit(order);
        answers(second, json(200, COMMITTED));
        client.commit(order);
        answers(first, json(200, COMMITTED));
        answers(second, aResponse().withStatus(503));
        first.resetRequests();
        second.resetRequests();

        assertThat(client.commit(order).told()).isEqualTo(Told.COMMITTED);

        // The second had answered last, so it is asked first; only then the one that is out of turn.
        second.verify(1, postRequestedFor(anyUrl()));
        first.verify(1, postRequestedFor(anyUrl()));
    }

    @Test
    void beyond_the_limit_the_answer_comes_with_the_decision() throws Exception {
        HttpCoordinatorClient client =
                client(CircuitBreakerConfig.custom().minimumNumberOfCalls(100).build(), 1);
        answers(first, json(200, COMMITTED).withFixedDelay(1_000));
        CompletableFuture<CommitAnswer> waiting = CompletableFuture.supplyAsync(() -> client.commit(order));
        await().until(() -> requests(false) == 1);

        assertThat(client.commit(order).told()).isEqualTo(Told.COMMITTED);
        assertThat(requests(true)).isEqualTo(1);

        assertThat(waiting.get(10, TimeUnit.SECONDS).told()).isEqualTo(Told.COMMITTED);
        assertThat(client.commit(order).told()).isEqualTo(Told.COMMITTED);
        assertThat(requests(false)).as("there is room again").isEqualTo(2);
    }

    @Test
    void with_no_room_at_all_no_answer_waits_for_branches() {
        HttpCoordinatorClient client =
                client(CircuitBreakerConfig.custom().minimumNumberOfCalls(100).build(), 0);
        answers(first, json(202, "{\"decision\":\"COMMIT\",\"completion\":\"PENDING\"}"));
        assertThat(client.commit(order).told()).isEqualTo(Told.COMMITTED);
        answers(first, json(202, "{\"decision\":\"ROLLBACK\",\"completion\":\"PENDING\"}"));
        assertThat(client.rollback(transaction, "why", order.branches()).told()).isEqualTo(Told.ROLLED_BACK);

        assertThat(requests(true)).isEqualTo(2);
        assertThat(requests(false)).isZero();
    }

    /** How many came that wanted the answer with the decision, or else after the branches had ended. */
    private int requests(boolean withTheDecision) {
        RequestPatternBuilder all = postRequestedFor(anyUrl());
        return first.findAll(
                        withTheDecision
                                ? all.withHeader("Prefer", equalTo("respond-async"))
                                : all.withHeader("Prefer", equalTo("wait=2")))
                .size();
    }

    @Test
    void an_overloaded_coordinator_is_left_alone_for_as_long_as_it_wants() {
        answers(second, aResponse().withStatus(500));
        first.stubFor(post(anyUrl())
                .inScenario("overloaded once")
                .whenScenarioStateIs("Started")
                .willReturn(json(503, problem("overloaded", 503)).withHeader("Retry-After", "1"))
                .willSetStateTo("then"));
        first.stubFor(post(anyUrl())
                .inScenario("overloaded once")
                .whenScenarioStateIs("then")
                .willReturn(json(200, COMMITTED)));
        long started = System.nanoTime();

        assertThat(client(Duration.ofSeconds(20)).commit(order).told()).isEqualTo(Told.COMMITTED);

        assertThat(Duration.ofNanos(System.nanoTime() - started)).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
        first.verify(2, postRequestedFor(anyUrl()));
    }

    /** As many as may be under way wait for an overloaded coordinator; that is no reason for others to wait. */
    @Test
    void a_refused_commit_keeps_nobodys_place_and_is_unknown_when_it_is_interrupted() throws Exception {
        String refused = "/v1/transactions/" + transaction + "/commit";
        first.stubFor(post(urlEqualTo(refused))
                .willReturn(json(503, problem("overloaded", 503)).withHeader("Retry-After", "300")));
        answers(second, aResponse().withStatus(500));
        TransactionId other = TransactionId.create(Instant.now(), new Random());
        first.stubFor(post(urlEqualTo("/v1/transactions/" + other + "/commit")).willReturn(json(200, COMMITTED)));
        HttpCoordinatorClient client = client(Duration.ofMinutes(5));
        ExecutorService threads = Executors.newCachedThreadPool();
        List<Future<CommitAnswer>> waiting = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            waiting.add(threads.submit(() -> client.commit(order)));
        }
        await().untilAsserted(() -> first.verify(4, postRequestedFor(urlEqualTo(refused))));

        CommitOrder next = new CommitOrder(other, "test", Instant.now().plusSeconds(10), order.branches());
        assertThat(client.commit(next).told()).isEqualTo(Told.COMMITTED);

        threads.shutdownNow();
        for (Future<CommitAnswer> answer : waiting) {
            assertThat(answer.get(10, TimeUnit.SECONDS).told()).isEqualTo(Told.UNKNOWN);
        }
    }

    /** Four may be under way; what comes while they are goes together. */
    @Test
    void commits_that_travel_together_name_the_trace_of_each() throws Exception {
        answers(first, json(200, COMMITTED));
        CountDownLatch gate = new CountDownLatch(1);
        RestClient.Builder http = RestClient.builder().requestInterceptor((request, body, execution) -> {
            try {
                gate.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            return execution.execute(request, body);
        });
        HttpCoordinatorClient client = client(
                http, CircuitBreakerConfig.custom().minimumNumberOfCalls(100).build(), 100, Duration.ofSeconds(5));
        String parent = "00-" + "a".repeat(32) + "-" + "b".repeat(16) + "-01";
        List<Thread> threads = new ArrayList<>();
        try {
            for (int i = 0; i < 4; i++) {
                threads.add(committing(client, order));
            }
            await().until(() -> threads.stream().allMatch(thread -> thread.getState() == Thread.State.WAITING));
            threads.add(committing(client, order));
            await().until(() -> threads.get(4).getState() == Thread.State.TIMED_WAITING);
            threads.add(committing(client, order.in(parent)));
            await().until(() -> threads.get(5).getState() == Thread.State.TIMED_WAITING);
        } finally {
            gate.countDown();
        }

        await().untilAsserted(() -> first.verify(
                postRequestedFor(urlEqualTo("/v1/commits")).withHeader("Assent-Traces", equalTo("-," + parent))));
        first.verify(0, postRequestedFor(urlMatching(".*/commit")).withHeader("Assent-Traces", matching(".*")));
        for (Thread thread : threads) {
            thread.join();
        }
    }

    private static Thread committing(HttpCoordinatorClient client, CommitOrder order) {
        Thread thread = new Thread(() -> client.commit(order));
        thread.start();
        return thread;
    }

    @Test
    void the_wish_to_be_left_alone_ends_with_the_patience() {
        answers(second, aResponse().withFault(Fault.EMPTY_RESPONSE));
        answers(first, json(503, problem("overloaded", 503)).withHeader("Retry-After", "300"));

        assertThat(client().commit(order).told()).as("never failed (R8)").isEqualTo(Told.UNKNOWN);
        assertThat(client().rollback(transaction, "why", order.branches()).told())
                .isEqualTo(Told.UNKNOWN);

        first.verify(2, postRequestedFor(urlMatching(".*/commit")));
        first.verify(2, postRequestedFor(urlMatching(".*/rollback")));
    }

    @Test
    void an_inquiry_believes_only_answers_to_its_own_questions() {
        PreparedBranch asked = new PreparedBranch(transaction, new BranchId("1"), ref, null, Duration.ofSeconds(9));
        answers(
                first,
                json(
                        200,
                        "{\"answers\":[{\"transaction\":\"" + transaction + "\",\"branch\":\"1\",\"ref\":\"" + ref
                                + "\",\"answer\":\"COMMIT\"},{\"transaction\":\"" + transaction
                                + "\",\"branch\":\"2\",\"ref\":\"assent:x\",\"answer\":\"ROLLBACK\"}]}"));
        assertThat(client().inquire(List.of(asked))).isEqualTo(Map.of(ref, InquiryAnswer.COMMIT));
    }

    @ParameterizedTest
    @MethodSource("misbehaviour")
    void an_error_is_never_an_answer_to_an_inquiry(ResponseDefinitionBuilder misbehaviour) {
        answers(first, misbehaviour);
        answers(second, misbehaviour);
        PreparedBranch asked = new PreparedBranch(transaction, new BranchId("1"), ref, null, Duration.ofSeconds(9));
        assertThat(client().inquire(List.of(asked))).isEmpty();
    }

    private HttpCoordinatorClient client() {
        return client(CircuitBreakerConfig.custom().minimumNumberOfCalls(100).build());
    }

    private HttpCoordinatorClient client(Duration patience) {
        return client(CircuitBreakerConfig.custom().minimumNumberOfCalls(100).build(), 100, patience);
    }

    private HttpCoordinatorClient client(CircuitBreakerConfig circuitBreaker) {
        return client(circuitBreaker, 100);
    }

    private HttpCoordinatorClient client(CircuitBreakerConfig circuitBreaker, int maxWaiting) {
        return client(circuitBreaker, maxWaiting, Duration.ofMillis(400));
    }

    private HttpCoordinatorClient client(CircuitBreakerConfig circuitBreaker, int maxWaiting, Duration patience) {
        return client(RestClient.builder(), circuitBreaker, maxWaiting, patience);
    }

    private HttpCoordinatorClient client(
            RestClient.Builder http, CircuitBreakerConfig circuitBreaker, int maxWaiting, Duration patience) {
        return new HttpCoordinatorClient(
                http.requestFactory(new HttpComponentsClientHttpRequestFactory(HttpClients.custom()
                                .setDefaultRequestConfig(RequestConfig.custom()
                                        .setResponseTimeout(Timeout.ofMilliseconds(1_500))
                                        .build())
                                .disableAutomaticRetries()
                                .disableRedirectHandling()
                                .build()))
                        .build(),
                new ParticipantName("order"),
                new HttpCoordinatorClient.Settings(
                        List.of(
                                URI.create("http://localhost:" + first.port()),
                                URI.create("http://localhost:" + second.port())),
                        patience,
                        Duration.ofSeconds(3),
                        4,
                        256,
                        Duration.ZERO,
                        4,
                        Duration.ofSeconds(2),
                        maxWaiting,
                        Duration.ofMillis(20),
                        Duration.ofMillis(50),
                        circuitBreaker),
                InstantSource.system());
    }

    private static void answers(WireMockServer server, ResponseDefinitionBuilder response) {
        server.stubFor(post(anyUrl()).willReturn(response));
    }

    private static ResponseDefinitionBuilder json(int status, String body) {
        return aResponse()
                .withStatus(status)
                .withHeader("Content-Type", "application/json")
                .withBody(body);
    }

    private static String problem(String name, int status) {
        return "{\"type\":\"urn:assent:problem:" + name + "\",\"status\":" + status + ",\"detail\":\"because\"}";
    }
}
