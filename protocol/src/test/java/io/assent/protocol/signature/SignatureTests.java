package io.assent.protocol.signature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.assent.protocol.signature.RequestVerifier.Refusal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Goal: nothing is believed but what a known key has signed just now, once. Method: a signed request, and changes to it. */
class SignatureTests {

    private static final String SECRET = "only for tests, 32 characters or more";
    private static final SigningKey KEY = SigningKey.of("k1", SECRET);
    private static final SigningKey NEXT = SigningKey.of("k2", "the next one, also 32 characters or more");
    private static final Duration WINDOW = Duration.ofMinutes(2);

    private Instant now = Instant.parse("2026-01-31T12:00:00Z");
    private final InstantSource clock = () -> now;
    private final RequestVerifier verifier = new RequestVerifier(List.of(KEY, NEXT), WINDOW, 3, clock);
    private final SignedRequest request = request("POST", "/assent/v1/decisions", null, "{\"participant\":\"p\"}");
    private final Map<String, String> headers = new HashMap<>(new RequestSigner(KEY, clock).sign(request));

    private static SignedRequest request(String method, String path, String query, String body) {
        return new SignedRequest(method, path, query, body.getBytes(StandardCharsets.UTF_8));
    }

    private Refusal verify(SignedRequest arrived) {
        return verifier.verify(arrived, headers::get);
    }

    @Test
    void what_was_signed_is_believed_once() {
        assertThat(verify(request)).isNull();
        assertThat(verify(request)).isEqualTo(Refusal.REPLAYED);
    }

    @Test
    void the_signature_is_what_RFC_9421_says() throws Exception {
        String input = headers.get("Signature-Input");
        assertThat(input)
                .matches("assent=\\(\"@method\" \"@path\" \"@query\" \"content-digest\"\\);created=1769860800;"
                        + "nonce=\"[A-Za-z0-9_-]{22}\";keyid=\"k1\";alg=\"hmac-sha256\";tag=\"assent-coordinator\"");
        String digest = Base64.getEncoder()
                .encodeToString(
                        java.security.MessageDigest.getInstance("SHA-256").digest(request.body()));
        assertThat(headers.get("Content-Digest")).isEqualTo("sha-256=:" + digest + ":");
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(SECRET.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
        byte[] expected = mac.doFinal(("\"@method\": POST\n\"@path\": /assent/v1/decisions\n\"@query\": ?\n"
                        + "\"content-digest\": sha-256=:" + digest + ":\n\"@signature-params\": "
                        + input.substring("assent=".length()))
                .getBytes(StandardCharsets.UTF_8));
        assertThat(headers.get("Signature"))
                .isEqualTo("assent=:" + Base64.getEncoder().encodeToString(expected) + ":");
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            delimiter = '|',
            value = {
                "PUT  | /assent/v1/decisions  | -   | {\"participant\":\"p\"}",
                "POST | /assent/v1/prepare    | -   | {\"participant\":\"p\"}",
                "POST | /assent/v1/decisions/ | -   | {\"participant\":\"p\"}",
                "POST | /assent/v1/decisions  | a=1 | {\"participant\":\"p\"}",
                "POST | /assent/v1/decisions  | -   | {\"participant\":\"q\"}",
                "POST | /assent/v1/decisions  | -   | {\"participant\": \"p\"}",
                "POST | /assent/v1/decisions  | -   | ''"
            })
    void any_change_to_the_request_is_noticed(String method, String path, String query, String body) {
        assertThat(verify(request(method, path, query, body))).isEqualTo(Refusal.FORGED);
    }

    @Test
    void an_empty_query_is_not_one_with_something_in_it() {
        assertThat(verify(request("POST", "/assent/v1/decisions", "", "{\"participant\":\"p\"}")))
                .as("RFC 9421 does not tell these apart")
                .isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"created=1769860801", "nonce=\"AAAAAAAAAAAAAAAAAAAAAA\"", "keyid=\"k2\""})
    void any_change_to_the_signature_s_own_words_is_noticed(String changed) {
        String name = changed.substring(0, changed.indexOf('='));
        headers.compute(
                "Signature-Input",
                (header, value) -> value.replaceAll(name + "=[^;]+", Matcher.quoteReplacement(changed)));
        assertThat(verify(request)).isEqualTo(Refusal.FORGED);
    }

    @Test
    void another_secret_under_the_same_name_is_noticed() {
        SigningKey other = SigningKey.of("k1", "not the secret, but as long as it is");
        headers.putAll(new RequestSigner(other, clock).sign(request));
        assertThat(verify(request)).isEqualTo(Refusal.FORGED);
    }

    @Test
    void a_key_that_is_not_known_here_is_told_apart() {
        headers.putAll(new RequestSigner(SigningKey.of("k3", SECRET), clock).sign(request));
        assertThat(verify(request)).isEqualTo(Refusal.UNKNOWN_KEY);
    }

    @Test
    void two_keys_are_valid_while_one_replaces_the_other() {
        headers.putAll(new RequestSigner(NEXT, clock).sign(request));
        assertThat(verify(request)).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Signature", "Signature-Input"})
    void without_one_of_its_headers_there_is_no_signature(String header) {
        headers.remove(header);
        assertThat(verify(request)).isEqualTo(Refusal.MISSING);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Signature       | assent=\"abc\"",
                "Signature       | assent",
                "Signature       | other=:AAAA:",
                "Signature       | assent=:AAAA",
                "Signature-Input | assent=\"abc\"",
                "Signature-Input | assent=()",
                "Signature-Input | other=(\"@method\")",
                "Signature-Input | ((((((",
            })
    void what_is_no_signature_is_refused(String header, String value) {
        headers.put(header, value);
        assertThat(verify(request)).isEqualTo(Refusal.MALFORMED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"@path\" |",
                "\"@query\" |",
                "\"@method\" |",
                " \"content-digest\"|",
                "\"@method\"|\"@method\";req",
                "\"@method\" \"@path\"|\"@path\" \"@method\"",
                ";alg=\"hmac-sha256\"|;alg=\"none\"",
                ";alg=\"hmac-sha256\"|",
                ";tag=\"assent-coordinator\"|;tag=\"something-else\"",
                ";tag=\"assent-coordinator\"|",
                "created=1769860800|created=\"1769860800\"",
                "nonce=\"|nonce=\"!",
                ";keyid=\"k1\"|;keyid=k1",
            })
    void a_signature_over_less_or_of_another_kind_is_refused_even_if_it_is_right(String change) {
        String[] parts = change.split(Pattern.quote("|"), 2);
        String parameters =
                headers.get("Signature-Input").substring("assent=".length()).replace(parts[0], parts[1]);
        headers.put("Signature-Input", "assent=" + parameters);
        headers.put(
                "Signature",
                "assent=:" + Base64.getEncoder().encodeToString(KEY.sign(request.base(request.digest(), parameters)))
                        + ":");
        assertThat(verify(request)).isEqualTo(Refusal.MALFORMED);
    }

    @Test
    void long_headers_are_not_read() {
        headers.compute("Signature-Input", (header, value) -> value + ";x=\"" + "x".repeat(1_024) + "\"");
        assertThat(verify(request)).isEqualTo(Refusal.MALFORMED);
    }

    @ParameterizedTest
    @CsvSource({"-121, STALE", "-120, ", "120, ", "121, STALE"})
    void clocks_may_be_apart_by_the_window_and_no_more(long seconds, Refusal expected) {
        now = now.plusSeconds(seconds);
        assertThat(verify(request)).isEqualTo(expected);
    }

    @Test
    void one_that_was_seen_is_remembered_for_as_long_as_it_would_be_believed() {
        now = now.minus(WINDOW);
        assertThat(verify(request)).isNull();
        for (int i = 0; i < 8; i++) {
            now = now.plusSeconds(30);
            // Others come meanwhile, so that generations turn.
            SignedRequest other = request("POST", "/assent/v1/prepare", null, "{}");
            assertThat(verifier.verify(other, new RequestSigner(KEY, clock).sign(other)::get))
                    .isIn(null, Refusal.CROWDED);
            assertThat(verify(request)).as("after %d s", 30 * (i + 1)).isEqualTo(Refusal.REPLAYED);
        }
        now = now.plusSeconds(1);
        assertThat(verify(request)).isEqualTo(Refusal.STALE);
    }

    @Test
    void more_than_can_be_remembered_are_refused_and_there_is_room_again_later() {
        RequestSigner signer = new RequestSigner(KEY, clock);
        for (int i = 0; i < 3; i++) {
            assertThat(verifier.verify(request, signer.sign(request)::get)).isNull();
        }
        assertThat(verifier.verify(request, signer.sign(request)::get)).isEqualTo(Refusal.CROWDED);
        now = now.plus(WINDOW.multipliedBy(2));
        assertThat(verifier.verify(request, signer.sign(request)::get)).isNull();
    }

    @Test
    void a_forged_one_takes_no_room() {
        for (int i = 0; i < 10; i++) {
            verify(request("POST", "/assent/v1/decisions", null, "forged"));
        }
        assertThat(verify(request)).isNull();
    }

    @Test
    void a_key_needs_a_name_and_a_secret_that_cannot_be_guessed_and_never_shows_it() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SigningKey.of("k1", "too short"))
                .withMessageContaining("key k1 must have 32 to 1024 characters")
                .withMessageNotContaining("too short");
        assertThatIllegalArgumentException().isThrownBy(() -> SigningKey.of("a b", SECRET));
        assertThatIllegalArgumentException().isThrownBy(() -> SigningKey.of("", SECRET));
        assertThat(KEY).hasToString("SigningKey[k1]");
    }
}
