package io.assent.coordinator.participant;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.equalToJson;
import static com.github.tomakehurst.wiremock.client.WireMock.matchingJsonPath;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.http.Fault;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import io.assent.coordinator.ObedientParticipant;
import io.assent.coordinator.engine.ParticipantClient.OrderReply;
import io.assent.coordinator.engine.ParticipantClient.VoteReply;
import io.assent.coordinator.engine.ParticipantList;
import io.assent.coordinator.protocol.Branch;
import io.assent.protocol.BranchId;
import io.assent.protocol.BranchRef;
import io.assent.protocol.BranchState;
import io.assent.protocol.Decision;
import io.assent.protocol.ParticipantName;
import io.assent.protocol.TransactionId;
import io.assent.protocol.Vote;
import io.assent.protocol.signature.RequestVerifier;
import io.assent.protocol.signature.SignedRequest;
import io.assent.protocol.signature.SigningKey;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Goal: only the exact fact for the exact execution counts, whatever a participant does (R2, R7), and one that
 * misbehaves delays no other. Method: a participant that misbehaves, over real sockets.
 */
class HttpParticipantClientTests {

    private static final ParticipantName PAYMENT = new ParticipantName("payment-service");
    private static final TransactionId TX = TransactionId.create(Instant.parse("2026-01-31T12:00:00Z"), new Random(2));
    private static final Instant DEADLINE = Instant.parse("2026-01-31T12:00:30Z");

    static WireMockServer participant;
    static WireMockServer other;
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    HttpParticipantClient client;

    @BeforeAll
    static void startParticipants() {
        participant = new WireMockServer(
                wireMockConfig().dynamicPort().containerThreads(60).extensions(new ObedientParticipant()));
        other = new WireMockServer(wireMockConfig().dynamicPort().extensions(new ObedientParticipant()));
        participant.start();
        other.start();
    }

    @AfterAll
    static void stopParticipants() {
        participant.stop();
        other.stop();
    }

    @BeforeEach
    void start() {
        participant.resetAll();
        other.resetAll();
        client = new HttpParticipantClient(
                Properties.of(List.of("loopback:*"), Map.of()),
                ParticipantTls.ofTheRuntime(),
                registry,
                MessageSpans.NONE);
    }

    @AfterEach
    void stop() {
        client.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"PREPARED", "READ_ONLY", "ROLLBACK"})
    void a_vote_is_heard(String vote) {
        participant.stubFor(post("/assent/v1/prepare")
                .withRequestBody(equalToJson("""
                                {"participant":"payment-service","transaction":"%s","branch":"1","ref":"assent:p:1",
                                 "deadline":"2026-01-31T12:00:30Z","remaining":"PT3S"}""".formatted(TX)))
                .willReturn(okJson("{\"vote\":\"" + vote + "\",\"reason\":\"because\\nof it\",\"later\":1}")));

        assertThat(prepare(branch("1", participant)))
                .isEqualTo(new VoteReply(Vote.valueOf(vote), "because of it", false));
    }

    @Test
    void with_a_key_every_message_is_signed_and_each_attempt_anew() {
        participant.stubFor(post("/assent/v1/prepare").willReturn(okJson("{\"vote\":\"PREPARED\"}")));
        var key = new ParticipantProperties.Signature("k1", "only for tests, 32 characters or more");
        try (var signing = new HttpParticipantClient(
                Properties.of(List.of("loopback:*"), Map.of()).signedWith(key),
                ParticipantTls.ofTheRuntime(),
                registry,
                MessageSpans.NONE)) {
            for (int i = 0; i < 2; i++) {
                signing.prepare(TX, branch("1", participant), DEADLINE, Duration.ofSeconds(3))
                        .toCompletableFuture()
                        .join();
            }
        }
        var verifier = new RequestVerifier(
                List.of(SigningKey.of("k1", "only for tests, 32 characters or more")),
                Duration.ofMinutes(2),
                10,
                InstantSource.system());
        List<LoggedRequest> sent = participant.findAll(postRequestedFor(urlEqualTo("/assent/v1/prepare")));
        assertThat(sent).hasSize(2);
        for (LoggedRequest request : sent) {
            assertThat(verifier.verify(
                            new SignedRequest("POST", request.getUrl(), null, request.getBody()), request::getHeader))
                    .isNull();
        }
        assertThat(key).hasToString("Signature[k1]");
    }

    @Test
    void operators_see_how_a_participant_is_doing() {
        assertThat(client.participants()).as("it was never called").isEmpty();
        participant.stubFor(post("/assent/v1/prepare").willReturn(okJson("{\"vote\":\"PREPARED\"}")));

        prepare(branch("1", participant));

        ParticipantList.Participant well = client.participants().get(0);
        assertThat(well.name()).isEqualTo(PAYMENT);
        assertThat(well.url())
                .isEqualTo(client.address(PAYMENT, branch("1", participant).url()));
        assertThat(well.circuit()).isEqualTo(ParticipantList.Circuit.CLOSED);
        assertThat(well.lastAnswerAt()).isNotNull();
        assertThat(well.lastError()).isNull();
        assertThat(well.lastErrorAt()).isNull();
        assertThat(well.failureRate()).as("too few calls").isNull();
        assertThat(well.limit()).isPositive();
        assertThat(well.waiting()).isZero();

        participant.stubFor(post("/assent/v1/prepare").willReturn(aResponse().withStatus(503)));
        await().until(() -> {
            prepare(branch("1", participant));
            return client.participants().get(0).circuit() == ParticipantList.Circuit.OPEN;
        });

        ParticipantList.Participant unwell = client.participants().get(0);
        assertThat(unwell.lastError()).isEqualTo("answered with status 503");
        assertThat(unwell.lastErrorAt()).isNotNull();
        assertThat(unwell.failureRate()).isPositive();
        await().untilAsserted(() ->
                assertThat(client.participants().get(0).underWay()).isZero());
        // Without another call: what is over must not look like a problem.
        await().atMost(Duration.ofSeconds(60))
                .until(() -> client.participants().get(0).circuit() == ParticipantList.Circuit.HALF_OPEN);
    }

    static List<String> noVotes() {
        return List.of(
                "",
                "{}",
                "null",
                "[]",
                "PREPARED",
                "\"PREPARED\"",
                "{\"vote\":null}",
                "{\"vote\":\"prepared\"}",
                "{\"vote\":\"PENDING\"}",
                "{\"vote\":\"COMMIT\"}",
                "{\"vote\":1}",
                "{\"vote\":[\"PREPARED\"]}",
                "{\"vote\":\"PREPARED\"",
                "{\"vote\":\"PREPARED\"}{}",
                "{\"vote\":\"PREPARED\",\"vote\":\"PREPARED\"}",
                "{\"vote\":\"ROLLBACK\",\"vote\":\"PREPARED\"}",
                "{\"vote\":\"PREPARED\",\"x\":" + "[".repeat(500) + "]".repeat(500) + "}",
                "<html><body>{\"vote\":\"PREPARED\"}</body></html>",
                "{\"vote\":\"PREPARED\",\"reason\":\"" + "r".repeat(70_000) + "\"}");
    }

    @ParameterizedTest
    @MethodSource("noVotes")
    void anything_else_is_no_vote(String body) {
        participant.stubFor(post(anyUrl()).willReturn(okJson(body)));

        VoteReply reply = prepare(branch("1", participant));

        assertThat(reply.vote()).isNull();
        assertThat(reply.reason()).isNotBlank();
        assertThat(reply.connectionFailed()).isFalse();
    }

    static IntStream otherStatuses() {
        return IntStream.rangeClosed(201, 599);
    }

    @Test
    void no_status_but_200_says_anything() {
        // A status of failure opens the circuit, so each has a client, and no circuit, of its own.
        otherStatuses().forEach(status -> {
            participant.resetAll();
            participant.stubFor(post("/assent/v1/prepare")
                    .willReturn(aResponse().withStatus(status).withBody("{\"vote\":\"PREPARED\"}")));
            participant.stubFor(post("/assent/v1/decisions")
                    .willReturn(aResponse().withStatus(status).withBody(committed("1", "assent:p:1"))));
            try (var fresh = new HttpParticipantClient(
                    Properties.of(List.of("loopback:*"), Map.of()),
                    ParticipantTls.ofTheRuntime(),
                    registry,
                    MessageSpans.NONE)) {
                Branch branch = branch("1", participant);
                VoteReply vote = join(fresh.prepare(TX, branch, DEADLINE, Duration.ofSeconds(3)));
                OrderReply order = join(fresh.order(TX, branch, Decision.COMMIT));

                assertThat(vote.vote()).as("%d", status).isNull();
                assertThat(order.state()).as("%d", status).isNull();
                assertThat(order.error()).as("%d", status).isNotBlank();
            }
        });
    }

    @ParameterizedTest
    @EnumSource(Fault.class)
    void a_broken_connection_is_no_vote_and_no_fact(Fault fault) {
        participant.stubFor(post(anyUrl()).willReturn(aResponse().withFault(fault)));

        assertThat(prepare(branch("1", participant)).vote()).isNull();
        assertThat(order(branch("1", participant)).state()).isNull();
    }

    @Test
    void a_participant_that_is_not_there_was_certainly_not_asked() throws Exception {
        int free;
        try (ServerSocket socket = new ServerSocket(0)) {
            free = socket.getLocalPort();
        }

        VoteReply reply = prepare(branch("1", "http://localhost:" + free));

        assertThat(reply).satisfies(it -> assertThat(it.vote()).isNull());
        assertThat(reply.connectionFailed()).isTrue();
    }

    @Test
    void a_vote_that_comes_too_late_is_none_and_the_time_left_is_kept() {
        participant.stubFor(
                post(anyUrl()).willReturn(okJson("{\"vote\":\"PREPARED\"}").withFixedDelay(5_000)));
        long start = System.nanoTime();

        VoteReply reply = join(client.prepare(TX, branch("1", participant), DEADLINE, Duration.ofMillis(200)));

        assertThat(reply.vote()).isNull();
        assertThat(reply.reason()).contains("in time");
        assertThat(Duration.ofNanos(System.nanoTime() - start))
                .isBetween(Duration.ofMillis(190), Duration.ofSeconds(2));
    }

    @Test
    void one_byte_at_a_time_does_not_stretch_the_limit() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            var closed = new CountDownLatch(1);
            Thread dripping = new Thread(() -> {
                try (Socket socket = server.accept()) {
                    socket.getOutputStream().write("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n".getBytes());
                    while (!closed.await(50, TimeUnit.MILLISECONDS)) {
                        socket.getOutputStream().write(' ');
                    }
                } catch (Exception e) {
                    closed.countDown();
                }
            });
            dripping.start();

            VoteReply reply = join(client.prepare(
                    TX, branch("1", "http://127.0.0.1:" + server.getLocalPort()), DEADLINE, Duration.ofMillis(300)));

            assertThat(reply.vote()).isNull();
            assertThat(closed.await(5, TimeUnit.SECONDS))
                    .as("the connection was cut off")
                    .isTrue();
            dripping.join();
        }
    }

    @Test
    void a_redirect_is_not_followed() {
        other.stubFor(post(anyUrl()).willReturn(okJson("{\"vote\":\"PREPARED\"}")));
        for (int status : new int[] {301, 302, 303, 307, 308}) {
            participant.stubFor(post(anyUrl())
                    .willReturn(aResponse()
                            .withStatus(status)
                            .withHeader("Location", "http://localhost:" + other.port() + "/prepare")));

            assertThat(prepare(branch("1", participant)).vote()).isNull();
        }
        assertThat(other.getAllServeEvents()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(BranchState.class)
    void the_fact_for_the_exact_execution_is_heard(BranchState state) {
        participant.stubFor(post("/assent/v1/decisions")
                .withRequestBody(matchingJsonPath("$.participant", equalTo("payment-service")))
                .withRequestBody(matchingJsonPath("$.decisions[0].decision", equalTo("COMMIT")))
                .willReturn(okJson(result(TX.toString(), "1", "assent:p:1", state.name()))));

        assertThat(order(branch("1", participant))).isEqualTo(new OrderReply(state, null));
    }

    static List<String> noFacts() {
        String ref = "assent:p:1";
        return List.of(
                "",
                "{}",
                "{\"results\":null}",
                "{\"results\":[]}",
                "{\"results\":[null]}",
                "{\"results\":{}}",
                "not json",
                result(TX.toString(), "1", ref, "DONE"),
                result(TX.toString(), "1", ref, "committed"),
                result(TX.toString(), "2", ref, "COMMITTED"),
                result(TX.toString(), "1", "assent:p:2", "COMMITTED"),
                result("0199a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b", "1", ref, "COMMITTED"),
                result(TX.toString().toUpperCase(), "1", ref, "COMMITTED"),
                "{\"results\":[{\"transaction\":\"" + TX + "\",\"branch\":\"1\",\"state\":\"COMMITTED\"}]}",
                "{\"results\":[{\"state\":\"COMMITTED\"}]}",
                committed("1", ref).replace("]}", "," + inner(TX.toString(), "1", ref, "ROLLED_BACK") + "]}"),
                committed("1", ref).replace("}]}", ""));
    }

    @ParameterizedTest
    @MethodSource("noFacts")
    void anything_else_is_no_fact(String body) {
        participant.stubFor(post(anyUrl()).willReturn(okJson(body)));

        OrderReply reply = order(branch("1", participant));

        assertThat(reply.state()).isNull();
        assertThat(reply.error()).isNotBlank();
    }

    @Test
    void a_rollback_order_may_come_without_a_ref() {
        participant.stubFor(post("/assent/v1/decisions").willReturn(aResponse().withTransformers("obedient")));
        Branch branch = Branch.named(new BranchId("1"), PAYMENT, url(participant), null, Vote.PENDING);

        assertThat(join(client.order(TX, branch, Decision.ROLLBACK)))
                .isEqualTo(new OrderReply(BranchState.ROLLED_BACK, null));
    }

    @Test
    void orders_that_wait_together_travel_together() {
        participant.stubFor(post("/assent/v1/decisions")
                .willReturn(aResponse().withTransformers("obedient").withFixedDelay(100)));

        List<CompletableFuture<OrderReply>> replies = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            replies.add(client.order(TX, branch("1." + i, participant), Decision.COMMIT)
                    .toCompletableFuture());
        }

        assertThat(replies).allSatisfy(reply -> assertThat(join(reply).state()).isEqualTo(BranchState.COMMITTED));
        // Two messages start with one order each; what came meanwhile takes two more.
        assertThat(participant.getAllServeEvents()).hasSizeBetween(3, 6);
    }

    @Test
    void an_order_that_the_participant_cannot_read_does_not_keep_the_others_from_arriving() {
        participant.stubFor(post("/assent/v1/decisions")
                .willReturn(aResponse().withTransformers("obedient").withFixedDelay(100)));
        participant.stubFor(post("/assent/v1/decisions")
                .withRequestBody(matchingJsonPath("$.decisions[?(@.branch == '1.13')]"))
                .willReturn(aResponse().withStatus(400)));

        List<CompletableFuture<OrderReply>> replies = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            replies.add(client.order(TX, branch("1." + i, participant), Decision.COMMIT)
                    .toCompletableFuture());
        }

        for (int i = 0; i < 40; i++) {
            assertThat(join(replies.get(i)).state()).as("1.%d", i).isEqualTo(i == 13 ? null : BranchState.COMMITTED);
        }
    }

    @Test
    void one_slow_participant_does_not_delay_the_other() {
        participant.stubFor(post(anyUrl()).willReturn(okJson("{}").withFixedDelay(10_000)));
        other.stubFor(post("/assent/v1/decisions").willReturn(aResponse().withTransformers("obedient")));
        List<CompletableFuture<?>> slow = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            slow.add(client.order(TX, branch("1." + i, participant), Decision.COMMIT)
                    .toCompletableFuture());
            slow.add(client.prepare(TX, branch("2." + i, participant), DEADLINE, Duration.ofSeconds(2))
                    .toCompletableFuture());
        }
        long start = System.nanoTime();

        for (int i = 0; i < 20; i++) {
            assertThat(order(branch("3." + i, other)).state()).isEqualTo(BranchState.COMMITTED);
        }

        // The slow one takes at least its first limit of 2 s; the other is done long before.
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
        CompletableFuture.allOf(slow.toArray(CompletableFuture[]::new))
                .orTimeout(30, TimeUnit.SECONDS)
                .join();
    }

    @Test
    void too_many_requests_for_votes_are_refused_at_once_instead_of_piling_up() {
        participant.stubFor(
                post(anyUrl()).willReturn(okJson("{\"vote\":\"PREPARED\"}").withFixedDelay(300)));
        List<CompletableFuture<VoteReply>> votes = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            votes.add(client.prepare(TX, branch("1." + i, participant), DEADLINE, Duration.ofSeconds(20))
                    .toCompletableFuture());
        }

        long heard = votes.stream()
                .filter(vote -> join(vote).vote() == Vote.PREPARED)
                .count();

        assertThat(heard).isEqualTo(Properties.limits().maxPendingPrepares());
        // Their places are free again.
        await().untilAsserted(() ->
                assertThat(prepare(branch("1", participant)).vote()).isEqualTo(Vote.PREPARED));
    }

    @Test
    void a_failing_participant_is_left_alone_for_a_while_and_then_tried_again() {
        participant.stubFor(post(anyUrl()).willReturn(aResponse().withStatus(503)));
        for (int i = 0; i < 10; i++) {
            order(branch("1", participant));
        }
        participant.resetAll();
        participant.stubFor(post("/assent/v1/decisions").willReturn(aResponse().withTransformers("obedient")));

        OrderReply refused = order(branch("1", participant));
        assertThat(refused.error()).contains("circuit");
        assertThat(refused.givenUp()).isTrue();
        assertThat(prepare(branch("1", participant)).reason()).contains("circuit");
        assertThat(participant.getAllServeEvents()).isEmpty();
        await().untilAsserted(() ->
                assertThat(order(branch("1", participant)).state()).isEqualTo(BranchState.COMMITTED));
    }

    @Test
    void an_order_is_repeated_once_and_at_once_when_the_connection_breaks_and_a_prepare_is_not() {
        participant.stubFor(post(anyUrl()).willReturn(aResponse().withFault(Fault.EMPTY_RESPONSE)));

        order(branch("1", participant));
        participant.verify(2, postRequestedFor(urlEqualTo("/assent/v1/decisions")));

        prepare(branch("1", participant));
        participant.verify(1, postRequestedFor(urlEqualTo("/assent/v1/prepare")));
    }

    /** One clock decides what is late: were the socket's to strike first, it would look like the participant's fault. */
    @Test
    void whatever_runs_into_its_deadline_is_late_and_nobody_is_blamed() {
        participant.stubFor(post("/assent/v1/prepare")
                .willReturn(okJson("{\"vote\":\"PREPARED\"}").withFixedDelay(1_000)));

        for (int i = 0; i < 200; i++) {
            VoteReply reply = join(client.prepare(TX, branch("1", participant), DEADLINE, Duration.ofMillis(20)));

            assertThat(reply).isEqualTo(new VoteReply(null, "payment-service did not answer in time", false));
        }
        assertThat(client.participants()).singleElement().satisfies(one -> {
            assertThat(one.lastError()).isNull();
            assertThat(one.circuit()).isEqualTo(ParticipantList.Circuit.CLOSED);
        });
    }

    @Test
    void short_deadlines_do_not_open_the_circuit() {
        participant.stubFor(post("/assent/v1/prepare")
                .willReturn(okJson("{\"vote\":\"PREPARED\"}").withFixedDelay(300)));
        for (int i = 0; i < 12; i++) {
            join(client.prepare(TX, branch("1", participant), DEADLINE, Duration.ofMillis(20)));
        }

        await().untilAsserted(() ->
                assertThat(prepare(branch("1", participant)).vote()).isEqualTo(Vote.PREPARED));
    }

    @Test
    void an_address_outside_the_list_is_never_called() {
        try (var narrow = new HttpParticipantClient(
                Properties.of(List.of("payment:" + participant.port()), Map.of()),
                ParticipantTls.ofTheRuntime(),
                registry,
                MessageSpans.NONE)) {
            participant.stubFor(post(anyUrl()).willReturn(okJson("{\"vote\":\"PREPARED\"}")));
            Branch branch = branch("1", participant);

            assertThat(narrow.allowed(PAYMENT, branch.url())).isFalse();
            assertThat(narrow.allowed(PAYMENT, null)).isFalse();
            assertThat(join(narrow.prepare(TX, branch, DEADLINE, Duration.ofSeconds(1)))
                            .vote())
                    .isNull();
            assertThat(join(narrow.order(TX, branch, Decision.COMMIT)).state()).isNull();
            assertThat(participant.getAllServeEvents()).isEmpty();
        }
    }

    @Test
    void a_name_is_resolved_once_and_what_was_checked_is_connected_to() {
        participant.stubFor(post(anyUrl()).willReturn(okJson("{\"vote\":\"PREPARED\"}")));
        AtomicInteger lookups = new AtomicInteger();
        var resolver = new SystemDefaultDnsResolver() {
            @Override
            public InetAddress[] resolve(String host) {
                // A name server that answers differently the second time.
                lookups.incrementAndGet();
                return new InetAddress[] {InetAddress.getLoopbackAddress()};
            }
        };
        String url = "http://payment.example:" + participant.port();
        try (var rebinding = new HttpParticipantClient(
                        Properties.of(List.of("*.example:*"), Map.of()),
                        resolver,
                        ParticipantTls.ofTheRuntime(),
                        registry,
                        MessageSpans.NONE);
                var configured = new HttpParticipantClient(
                        Properties.of(List.of(), Map.of("payment-service", Properties.service(url, null))),
                        resolver,
                        ParticipantTls.ofTheRuntime(),
                        registry,
                        MessageSpans.NONE)) {
            Branch branch = branch("1", url);

            VoteReply refused = join(rebinding.prepare(TX, branch, DEADLINE, Duration.ofSeconds(1)));
            assertThat(refused.vote()).isNull();
            assertThat(refused.connectionFailed()).isTrue();
            assertThat(participant.getAllServeEvents()).isEmpty();
            assertThat(lookups).hasValue(1);

            // A configured address may lead to this machine.
            assertThat(join(configured.prepare(TX, branch, DEADLINE, Duration.ofSeconds(1)))
                            .vote())
                    .isEqualTo(Vote.PREPARED);
            assertThat(lookups).hasValue(2);
        }
    }

    @Test
    void an_ipv6_address_is_called() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getByName("::1"))) {
            CompletableFuture<String> host = new CompletableFuture<>();
            Thread answering = new Thread(() -> {
                try (Socket socket = server.accept()) {
                    byte[] buffer = new byte[4_096];
                    int read = socket.getInputStream().read(buffer);
                    host.complete(new String(buffer, 0, read));
                    String body = "{\"vote\":\"PREPARED\"}";
                    socket.getOutputStream()
                            .write(("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: " + body.length()
                                            + "\r\n\r\n" + body)
                                    .getBytes());
                } catch (Exception e) {
                    host.completeExceptionally(e);
                }
            });
            answering.start();

            VoteReply reply = prepare(branch("1", "http://[::1]:" + server.getLocalPort()));

            assertThat(reply.vote()).isEqualTo(Vote.PREPARED);
            assertThat(host.join()).contains("POST /prepare HTTP/1.1");
            answering.join();
        }
    }

    private VoteReply prepare(Branch branch) {
        return join(client.prepare(TX, branch, DEADLINE, Duration.ofSeconds(3)));
    }

    private OrderReply order(Branch branch) {
        return join(client.order(TX, branch, Decision.COMMIT));
    }

    private static <T> T join(java.util.concurrent.CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
    }

    private static String url(WireMockServer server) {
        return "http://localhost:" + server.port() + "/assent/v1";
    }

    private static Branch branch(String id, WireMockServer server) {
        return branch(id, url(server));
    }

    private static Branch branch(String id, String url) {
        return Branch.named(new BranchId(id), PAYMENT, url, new BranchRef("assent:p:" + id), Vote.PREPARED);
    }

    private static String committed(String branch, String ref) {
        return result(TX.toString(), branch, ref, "COMMITTED");
    }

    private static String result(String transaction, String branch, String ref, String state) {
        return "{\"results\":[" + inner(transaction, branch, ref, state) + "]}";
    }

    private static String inner(String transaction, String branch, String ref, String state) {
        return "{\"transaction\":\"%s\",\"branch\":\"%s\",\"ref\":\"%s\",\"state\":\"%s\"}"
                .formatted(transaction, branch, ref, state);
    }
}
