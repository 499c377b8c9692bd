package io.assent.coordinator.security;

import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.assent.coordinator.web.Http;
import io.assent.coordinator.web.WebTest;
import io.assent.protocol.ServiceKey;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

/**
 * Goal: every caller can do what it may, and nothing else. Method: every call that the service has, by everybody that there
 * is; what is expected is written down here, and a call that is not written down fails the test.
 */
@WebTest
@ExtendWith(OutputCaptureExtension.class)
class CallersTests {

    private static final String TX = "019c13ec-9e00-7cd8-9a3e-c39bda137e64";
    private static final String ISSUER = "https://login.example.org";
    private static final String AUDIENCE = "assent";

    /** What each call of the API needs. */
    private static final Map<String, String> NEEDED = Map.ofEntries(
            entry("POST /v1/transactions", "tx:begin"),
            entry("POST /v1/transactions/{id}/branches", "tx:enlist"),
            entry("POST /v1/transactions/{id}/commit", "tx:decide"),
            entry("POST /v1/transactions/{id}/rollback", "tx:decide"),
            entry("POST /v1/commits", "tx:decide"),
            entry("POST /v1/inquiries", "tx:inquire"),
            entry("GET /v1/transactions", "tx:read"),
            entry("GET /v1/transactions/{id}", "tx:read"),
            entry("GET /v1/instances", "tx:read"),
            entry("POST /v1/transactions/{id}/resolution", "tx:operate"),
            entry("POST /v1/transactions/{id}/retry", "tx:operate"),
            entry("POST /v1/transactions/{id}/decision", "tx:operate"),
            entry("GET /v1/instance", "tx:operate"),
            entry("POST /v1/instance/drain", "tx:operate"),
            entry("POST /v1/instance/resume", "tx:operate"),
            entry("GET /v1/participants", "tx:operate"),
            entry("GET /v1/doctor", "tx:operate"),
            entry("GET /v1/logs", "tx:operate"),
            entry("GET /v1/log-status", "tx:operate"),
            entry("GET /v1/log", "tx:operate"),
            entry("GET /v1/logs/{log}", "tx:operate"),
            entry("POST /v1/log/epochs", "tx:operate"),
            entry("POST /v1/logs/{log}/epochs", "tx:operate"),
            entry("POST /v1/log/epochs/{epoch}/completion", "tx:operate"),
            entry("POST /v1/logs/{log}/epochs/{epoch}/completion", "tx:operate"),
            entry("GET /v1/log/reconciliation", "tx:operate"),
            entry("GET /v1/logs/{log}/reconciliation", "tx:operate"),
            entry("GET /console/live", "tx:operate"));

    private static final List<String> SCOPES =
            List.of("tx:begin", "tx:enlist", "tx:decide", "tx:inquire", "tx:read", "tx:operate");

    private static final KeyPair ISSUER_KEY = keyPair();
    private static final KeyPair STRANGER_KEY = keyPair();
    private static final List<Caller> CALLERS = callers();

    @LocalServerPort
    int port;

    @Autowired
    @Qualifier("requestMappingHandlerMapping")
    RequestMappingHandlerMapping mapping;

    private static WireMockServer issuer;
    private Http http;

    /** Who calls: a name, what is sent as credentials, and what it may do; null: it is nobody. */
    record Caller(
            String name,
            @Nullable String authorization,
            @Nullable Set<String> scopes) {

        @Override
        public String toString() {
            return name;
        }
    }

    @DynamicPropertySource
    static void security(DynamicPropertyRegistry properties) {
        properties.add("assent.security.mode", () -> "jwt");
        properties.add("assent.coordinator.web.retry-after", () -> "7s");
        // Some calls that are let in are not answered by what is behind the API here.
        properties.add("assent.coordinator.web.request-timeout", () -> "1s");
        for (String scope : SCOPES) {
            String service = "assent.security.services." + only(scope);
            properties.add(service + ".keys", () -> ServiceKey.digest(key(only(scope))));
            properties.add(service + ".scopes", () -> scope);
        }
        properties.add(
                "assent.security.services.order-service.keys",
                () -> ServiceKey.digest(key("order-service")) + "," + ServiceKey.digest(key("order-service-next")));
        issuer = new WireMockServer(wireMockConfig().dynamicPort());
        issuer.start();
        issuerAnswers(200);
        properties.add("spring.security.oauth2.resourceserver.jwt.jwk-set-uri", () -> issuer.baseUrl() + "/keys");
        properties.add("spring.security.oauth2.resourceserver.jwt.issuer-uri", () -> ISSUER);
        properties.add("spring.security.oauth2.resourceserver.jwt.audiences", () -> AUDIENCE);
    }

    private static void issuerAnswers(int status) {
        String keys = new JWKSet(new RSAKey.Builder((RSAPublicKey) ISSUER_KEY.getPublic())
                        .keyID("1")
                        .build())
                .toString();
        issuer.stubFor(get("/keys").willReturn(okJson(keys).withStatus(status)));
    }

    @AfterAll
    static void stop() {
        issuer.stop();
    }

    @BeforeEach
    void client() {
        http = new Http(port);
    }

    private static List<Caller> callers() {
        List<Caller> callers = new ArrayList<>();
        Set<String> service = new TreeSet<>(SCOPES);
        service.remove("tx:operate");
        callers.add(new Caller("nobody", null, null));
        callers.add(new Caller("a made-up key", "Bearer " + key("made-up"), null));
        callers.add(new Caller(
                "a key without its end", "Bearer " + key("order-service").replaceFirst(".$", ""), null));
        callers.add(new Caller("the digest of a key", "Bearer " + ServiceKey.digest(key("order-service")), null));
        callers.add(new Caller("a password", "Basic b3JkZXI6b3JkZXI=", null));
        callers.add(new Caller("garbage", "Bearer \u00a7%", null));
        callers.add(new Caller("two words", "Bearer a b", null));
        callers.add(new Caller("a service", "Bearer " + key("order-service"), service));
        callers.add(new Caller("a service with its next key", "bearer " + key("order-service-next"), service));
        for (String scope : SCOPES) {
            callers.add(new Caller("a key for " + scope, "Bearer " + key(only(scope)), Set.of(scope)));
            callers.add(
                    new Caller("a token for " + scope, "Bearer " + token(claims(scope), ISSUER_KEY), Set.of(scope)));
        }
        callers.add(new Caller("a token for nothing", "Bearer " + token(claims(""), ISSUER_KEY), Set.of()));
        callers.add(new Caller(
                "a token of a stranger", "Bearer " + token(claims("tx:operate tx:read"), STRANGER_KEY), null));
        callers.add(new Caller(
                "a token for another service",
                "Bearer "
                        + token(
                                new JWTClaimsSet.Builder(claims("tx:read"))
                                        .audience("elsewhere")
                                        .build(),
                                ISSUER_KEY),
                null));
        callers.add(new Caller(
                "a token of another issuer",
                "Bearer "
                        + token(
                                new JWTClaimsSet.Builder(claims("tx:read"))
                                        .issuer("https://login.example.com")
                                        .build(),
                                ISSUER_KEY),
                null));
        callers.add(new Caller(
                "an expired token",
                "Bearer "
                        + token(
                                new JWTClaimsSet.Builder(claims("tx:read"))
                                        .expirationTime(Date.from(Instant.now().minusSeconds(3600)))
                                        .build(),
                                ISSUER_KEY),
                null));
        for (String subject :
                List.of("null", "\" \"", "\"orders\\u0000\"", "\"\\ud800\"", '"' + "o".repeat(256) + '"')) {
            String nameless = claims("tx:operate tx:read").toString().replace("\"orders\"", subject);
            callers.add(new Caller("a token of nobody", "Bearer " + signed(nameless, ISSUER_KEY), null));
        }
        callers.add(new Caller("an unsigned token", "Bearer " + unsigned("tx:operate"), null));
        return callers;
    }

    static Stream<Arguments> everyCallByEverybody() {
        return CALLERS.stream()
                .flatMap(caller -> NEEDED.entrySet().stream()
                        .sorted(Map.Entry.comparingByKey())
                        .map(call -> Arguments.of(caller, call.getKey(), call.getValue())));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("everyCallByEverybody")
    void each_caller_can_do_what_it_may(Caller caller, String call, String needed) {
        if (call.equals("GET /console/live")
                && caller.scopes() != null
                && caller.scopes().contains(needed)) {
            // A stream has no end to wait for; ConsoleTests read it.
            return;
        }
        Http.Response response = send(caller, call);

        if (caller.scopes() == null) {
            assertProblem(response, 401, "unauthorized");
            assertThat(response.headers().get("WWW-Authenticate")).startsWith("Bearer realm=\"assent\"");
            if (caller.authorization() != null) {
                assertThat(response.body())
                        .doesNotContain(caller.authorization().substring(7));
            }
        } else if (!mayDo(caller, needed)) {
            assertProblem(response, 403, "forbidden");
            assertThat(response.text("detail"))
                    .isEqualTo("This needs the scope " + needed + (needed.equals("tx:read") ? " or tx:operate" : ""));
            assertThat(response.headers().get("WWW-Authenticate"))
                    .contains("insufficient_scope")
                    .contains(needed);
        } else {
            assertThat(response.status()).as(response.body()).isNotIn(401, 403);
        }
    }

    /** Who operates may look as well. */
    private static boolean mayDo(Caller caller, String needed) {
        return caller.scopes().contains(needed)
                || needed.equals("tx:read") && caller.scopes().contains("tx:operate");
    }

    /** A key identifier that is not known makes the service ask the issuer, which cannot be had. */
    @Test
    void what_cannot_be_verified_now_is_to_be_sent_again(CapturedOutput output) throws JOSEException {
        SignedJWT token = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("2").build(), claims("tx:read"));
        token.sign(new RSASSASigner(ISSUER_KEY.getPrivate()));
        issuerAnswers(500);
        try {
            Http.Response response =
                    send(new Caller("somebody", "Bearer " + token.serialize(), null), "GET /v1/transactions");

            assertProblem(response, 503, "overloaded");
            assertThat(response.headers()).containsEntry("Retry-After", "7");
            assertThat(output).contains("keys of its issuer cannot be had").doesNotContain(token.serialize());
        } finally {
            issuerAnswers(200);
        }
    }

    @Test
    void every_call_is_in_the_table() {
        Set<String> calls = new TreeSet<>();
        for (RequestMappingInfo info : mapping.getHandlerMethods().keySet()) {
            for (String path : info.getPatternValues()) {
                if (path.startsWith("/v1") || path.startsWith("/console")) {
                    info.getMethodsCondition().getMethods().forEach(method -> calls.add(method + " " + path));
                }
            }
        }

        assertThat(calls).isEqualTo(new TreeSet<>(NEEDED.keySet()));
    }

    /** Whatever else is asked for, below the API and elsewhere, is an operator's business, whether it is there or not. */
    @ParameterizedTest
    @ValueSource(
            strings = {"/v1", "/v1/nothing", "/v1/transactions/a/b", "/", "/error", "/nothing", "/console/nothing"})
    void what_there_is_not_is_told_to_operators_only(String path) {
        Map<String, Integer> expected = new LinkedHashMap<>();
        expected.put("nobody", 401);
        expected.put("a service", 403);
        expected.put("a key for tx:operate", 404);

        Map<String, Integer> answered = new LinkedHashMap<>();
        for (String name : expected.keySet()) {
            answered.put(name, send(caller(name), "GET " + path).status());
        }

        assertThat(answered).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/actuator/health",
                "/actuator/health/liveness",
                "/actuator/health/readiness",
                "/livez",
                "/readyz",
                "/actuator/prometheus",
                "/actuator/info",
                "/console/",
                "/console/assets/app.js",
                "/v3/api-docs"
            })
    void what_tells_nothing_about_transactions_is_open(String path) {
        for (String name : List.of("nobody", "a service", "a key for tx:operate")) {
            assertThat(send(caller(name), "GET " + path).status()).as(name).isEqualTo(200);
        }
    }

    @Test
    void health_tells_its_details_to_operators_only() {
        assertThat(send(caller("nobody"), "GET /actuator/health").body()).doesNotContain("components", "details");
        assertThat(send(caller("a service"), "GET /actuator/health").body()).doesNotContain("components", "details");
        assertThat(send(caller("a key for tx:operate"), "GET /actuator/health").body())
                .contains("components", "details");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /actuator",
                "GET /actuator/metrics",
                "GET /actuator/metrics/jvm.memory.used",
                "GET /actuator/assent-transactions",
                "GET /actuator/assent-transactions/" + TX,
                "POST /actuator/assent-transactions/" + TX + "/retry",
                "POST /actuator/assent-transactions/" + TX + "/resolve",
                "GET /actuator/assent-participants",
                "GET /actuator/assent-log",
                "GET /actuator/assent-doctor",
                "GET /actuator/assent-instance",
                "POST /actuator/assent-instance/drain",
                "POST /actuator/assent-instance/resume",
                "GET /actuator/env",
                "GET /actuator/heapdump",
                "GET /actuator/nothing"
            })
    void the_actuator_is_for_operators(String call) {
        assertProblem(send(caller("nobody"), call), 401, "unauthorized");
        assertProblem(send(caller("a service"), call), 403, "forbidden");
        assertThat(send(caller("a key for tx:operate"), call).status()).isNotIn(401, 403);
    }

    @Test
    void the_audit_log_names_the_caller_and_no_log_has_a_key(CapturedOutput output) {
        Caller operator = caller("a key for tx:operate");
        send(operator, "POST /v1/instance/drain");
        send(operator, "POST /v1/instance/resume");
        send(caller("a made-up key"), "POST /v1/instance/drain");

        assertThat(output)
                .contains("who=\"" + only("tx:operate") + "@127.0.0.1\" what=\"drain\"")
                .doesNotContain(key(only("tx:operate")))
                .doesNotContain(key("made-up"));
    }

    private static Caller caller(String name) {
        return CALLERS.stream()
                .filter(caller -> caller.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private Http.Response send(Caller caller, String call) {
        String[] parts = call.replace("{id}", TX)
                .replace("{log}", "main")
                .replace("{epoch}", "1")
                .split(" ", 2);
        HttpRequest.Builder request = HttpRequest.newBuilder(http.uri(parts[1]));
        if (parts[0].equals("POST")) {
            request.POST(HttpRequest.BodyPublishers.ofString("{\"reason\":\"a test\"}"))
                    .setHeader("Content-Type", "application/json");
        }
        if (caller.authorization() != null) {
            request.setHeader("Authorization", caller.authorization());
        }
        return http.send(request);
    }

    private static void assertProblem(Http.Response response, int status, String type) {
        assertThat(response.status()).as(response.body()).isEqualTo(status);
        assertThat(response.contentType()).startsWith("application/problem+json");
        assertThat(response.text("type")).isEqualTo("urn:assent:problem:" + type);
    }

    private static String only(String scope) {
        return "only-" + scope.substring(3);
    }

    private static String key(String name) {
        return "assent_key-of-" + name;
    }

    private static JWTClaimsSet claims(String scopes) {
        return new JWTClaimsSet.Builder()
                .issuer(ISSUER)
                .subject("orders")
                .audience(AUDIENCE)
                .expirationTime(Date.from(Instant.now().plusSeconds(600)))
                .claim("scope", scopes)
                .build();
    }

    private static String token(JWTClaimsSet claims, KeyPair key) {
        return signed(claims.toString(), key);
    }

    private static String signed(String claims, KeyPair key) {
        try {
            JWSObject token = new JWSObject(new JWSHeader(JWSAlgorithm.RS256), new Payload(claims));
            token.sign(new RSASSASigner(key.getPrivate()));
            return token.serialize();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String unsigned(String scopes) {
        return base64("{\"alg\":\"none\"}") + "." + base64(claims(scopes).toString()) + ".";
    }

    private static String base64(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static KeyPair keyPair() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
