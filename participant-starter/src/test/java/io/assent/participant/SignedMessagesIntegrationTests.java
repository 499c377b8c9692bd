package io.assent.participant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.assent.participant.support.MapLog;
import io.assent.participant.support.OwnLogApplication;
import io.assent.protocol.TransactionId;
import io.assent.protocol.signature.RequestSigner;
import io.assent.protocol.signature.SignedRequest;
import io.assent.protocol.signature.SigningKey;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.support.GenericApplicationContext;

/**
 * Goal: a participant that has keys obeys coordinators alone. Method: a whole application, messages made by hand and signed
 * as a coordinator does, and what somebody else could make of them.
 */
@ExtendWith(OutputCaptureExtension.class)
class SignedMessagesIntegrationTests {

    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final SigningKey KEY = SigningKey.of("first", "the first secret of thirty-two characters");
    private static final SigningKey NEXT = SigningKey.of("second", "the second secret of thirty-two characters");
    private static final String DECISIONS = "/assent/v1/decisions";

    private static ServletWebServerApplicationContext service;
    private static final MeterRegistry METERS = new SimpleMeterRegistry();

    private final String order = order("guarded");

    @BeforeAll
    static void start() {
        service = run(
                "--assent.participant.signature.keys.first=the first secret of thirty-two characters",
                "--assent.participant.signature.keys.second=the second secret of thirty-two characters");
        service.getBean("assentMessageMetrics", MeterBinder.class).bindTo(METERS);
    }

    private static ServletWebServerApplicationContext run(String... more) {
        String[] arguments = new String[more.length + 5];
        System.arraycopy(more, 0, arguments, 5, more.length);
        arguments[0] = "--server.port=0";
        arguments[1] = "--assent.coordinator.urls=http://127.0.0.1:1";
        arguments[2] = "--assent.participant.name=guarded";
        arguments[3] = "--assent.participant.url=http://127.0.0.1:{port}/assent/v1";
        arguments[4] = "--assent.participant.resources=own";
        return (ServletWebServerApplicationContext) new SpringApplicationBuilder(OwnLogApplication.class)
                .initializers((GenericApplicationContext context) ->
                        context.registerBean(MapLog.class, () -> new MapLog(InstantSource.system())))
                .run(arguments);
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    private static String order(String participant) {
        TransactionId transaction = TransactionId.create(Instant.now(), new Random());
        return "{\"participant\":\"%s\",\"decisions\":[{\"transaction\":\"%s\",\"branch\":\"1\",\"decision\":\"ROLLBACK\"}]}"
                .formatted(participant, transaction);
    }

    private static Map<String, String> signed(SigningKey key, Duration ago, String method, String target, String body) {
        URI uri = URI.create(target);
        return new RequestSigner(key, () -> Instant.now().minus(ago))
                .sign(new SignedRequest(
                        method, uri.getRawPath(), uri.getRawQuery(), body.getBytes(StandardCharsets.UTF_8)));
    }

    private static HttpResponse<String> send(String method, String target, String body, Map<String, String> headers)
            throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + service.getWebServer().getPort() + target))
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .header("Content-Type", "application/json");
        headers.forEach(request::header);
        return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static double refused(String reason) {
        return METERS.get("assent.participant.messages.refused")
                .tag("reason", reason)
                .functionCounter()
                .count();
    }

    private void assertRefused(String reason, String target, String body, Map<String, String> headers)
            throws Exception {
        double before = refused(reason);
        HttpResponse<String> answer = send("POST", target, body, headers);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(401);
        assertThat(answer.body())
                .as("the same whatever is wrong, for somebody who is trying")
                .isEqualTo("{\"type\":\"urn:assent:problem:unauthorized\","
                        + "\"title\":\"Credentials are missing or not valid\",\"status\":401,"
                        + "\"detail\":\"Only a coordinator may ask this, with a signature that is fresh.\","
                        + "\"retryable\":false}");
        assertThat(refused(reason)).isEqualTo(before + 1);
    }

    @Test
    void an_order_that_a_coordinator_has_signed_is_obeyed_with_either_key() throws Exception {
        HttpResponse<String> first =
                send("POST", DECISIONS, order, signed(KEY, Duration.ZERO, "POST", DECISIONS, order));
        HttpResponse<String> second =
                send("POST", DECISIONS, order, signed(NEXT, Duration.ZERO, "POST", DECISIONS, order));

        assertThat(first.statusCode()).as(first.body()).isEqualTo(200);
        assertThat(first.body()).contains("\"state\":\"NEVER_SEEN\"");
        assertThat(second.statusCode()).isEqualTo(200);
    }

    @Test
    void without_a_signature_with_another_key_or_with_other_words_it_is_refused_and_counted() throws Exception {
        assertRefused("missing", DECISIONS, order, Map.of());
        SigningKey guessed = SigningKey.of("first", "a guess that is long enough to be a secret");
        assertRefused("forged", DECISIONS, order, signed(guessed, Duration.ZERO, "POST", DECISIONS, order));
        SigningKey unknown = SigningKey.of("third", "the first secret of thirty-two characters");
        assertRefused("unknown-key", DECISIONS, order, signed(unknown, Duration.ZERO, "POST", DECISIONS, order));
        Map<String, String> good = signed(KEY, Duration.ZERO, "POST", DECISIONS, order);
        assertRefused("forged", DECISIONS, order.replace("ROLLBACK", "COMMIT"), good);
        assertRefused("forged", "/assent/v1/prepare", order, good);
        assertRefused("malformed", DECISIONS, order, Map.of("Signature", "assent=1", "Signature-Input", "assent=1"));
    }

    @Test
    void one_that_comes_again_too_late_or_too_early_is_refused_and_counted() throws Exception {
        Map<String, String> good = signed(KEY, Duration.ZERO, "POST", DECISIONS, order);
        assertThat(send("POST", DECISIONS, order, good).statusCode()).isEqualTo(200);
        assertRefused("replayed", DECISIONS, order, good);
        assertRefused("stale", DECISIONS, order, signed(KEY, Duration.ofMinutes(3), "POST", DECISIONS, order));
        assertRefused("stale", DECISIONS, order, signed(KEY, Duration.ofMinutes(-3), "POST", DECISIONS, order));
    }

    @Test
    void an_order_for_another_participant_is_refused_although_its_signature_is_right() throws Exception {
        String misdirected = order("another-service");

        HttpResponse<String> answer =
                send("POST", DECISIONS, misdirected, signed(KEY, Duration.ZERO, "POST", DECISIONS, misdirected));

        assertThat(answer.statusCode()).isEqualTo(421);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/assent/v1/branches",
                "/assent/v1/branches?ended=true&limit=10",
                "/assent/v1/branches/01a20360-3fd3-726a-8f5a-899a3c7fe77e/1"
            })
    void what_is_in_doubt_is_told_to_coordinators_alone(String target) throws Exception {
        assertThat(send("GET", target, "", Map.of()).statusCode()).isEqualTo(401);
        assertThat(send("GET", target, "", signed(KEY, Duration.ZERO, "GET", target, ""))
                        .statusCode())
                .isEqualTo(200);
        assertThat(send("GET", target, "", signed(KEY, Duration.ZERO, "GET", "/assent/v1/branches?ended=false", ""))
                        .statusCode())
                .isEqualTo(401);
    }

    @Test
    void a_body_that_is_too_long_is_refused_before_anything_is_computed() throws Exception {
        assertThat(send("POST", DECISIONS, "x".repeat(300_000), Map.of()).statusCode())
                .isEqualTo(413);
    }

    @Test
    void secrets_are_neither_told_nor_too_short(CapturedOutput output) {
        assertThatExceptionOfType(Exception.class)
                .isThrownBy(() -> run("--assent.participant.signature.keys.first=hush"))
                .havingRootCause()
                .withMessageContaining("32 to 1024 characters");
        assertThat(output).doesNotContain("the first secret").doesNotContain("hush");
    }
}
