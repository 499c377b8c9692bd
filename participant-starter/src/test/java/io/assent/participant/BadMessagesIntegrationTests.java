package io.assent.participant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.assent.participant.engine.BranchService;
import io.assent.participant.support.Caller;
import io.assent.participant.support.MapLog;
import io.assent.participant.support.OwnLogApplication;
import io.assent.protocol.TransactionId;
import io.assent.protocol.header.TransactionContext;
import io.assent.protocol.wire.ProblemType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.support.GenericApplicationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Goal: what is no message of a coordinator, and no context of a call, is answered with a registered problem, and no branch is
 * touched. Method: a catalogue and many spoilt messages, over HTTP and, where a client library would not send it, over a raw
 * socket; a branch is in doubt all the time. A failure of a spoilt message names its number.
 */
class BadMessagesIntegrationTests {

    private static final String DECISIONS = "/assent/v1/decisions";
    private static final String PREPARE = "/assent/v1/prepare";
    private static final String BRANCHES = "/assent/v1/branches";
    private static final JsonMapper JSON = new JsonMapper();
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static final long SEED = Long.getLong("assent.input.seed", 20_261_122L);

    private static ServletWebServerApplicationContext service;
    private static MapLog log;
    private static TransactionContext inDoubt;
    private static String ref;

    private String before;

    @BeforeAll
    static void start() {
        log = new MapLog(InstantSource.system());
        service = (ServletWebServerApplicationContext) new SpringApplicationBuilder(OwnLogApplication.class)
                .initializers((GenericApplicationContext context) -> context.registerBean(MapLog.class, () -> log))
                .run(
                        "--server.port=0",
                        "--server.address=127.0.0.1",
                        "--spring.main.banner-mode=off",
                        // Nobody is there, so what is in doubt stays so.
                        "--assent.coordinator.urls=http://127.0.0.1:1",
                        "--assent.participant.name=points",
                        "--assent.participant.url=http://127.0.0.1:{port}/assent/v1",
                        "--assent.participant.resources=own",
                        "--assent.participant.prepare-wait=200ms");
        inDoubt = Caller.transaction(true);
        ref = Caller.post(url("/keep?key=first"), inDoubt).own().ref().value();
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    @BeforeEach
    void look() {
        before = log.contents();
    }

    @AfterEach
    void nothing_was_changed() {
        assertThat(log.contents()).isEqualTo(before);
        assertThat(log.inDoubt()).isEqualTo(1);
    }

    private static String url(String path) {
        return "http://127.0.0.1:" + service.getWebServer().getPort() + path;
    }

    /** An order that would be carried out. */
    private static String order() {
        return "{\"participant\":\"points\",\"decisions\":[{\"transaction\":\"" + inDoubt.id()
                + "\",\"branch\":\"1\",\"ref\":\"" + ref + "\",\"decision\":\"COMMIT\"}]}";
    }

    private static String question() {
        return "{\"participant\":\"points\",\"transaction\":\"" + inDoubt.id() + "\",\"branch\":\"1\",\"ref\":\"" + ref
                + "\",\"deadline\":\"2026-01-31T12:00:00Z\",\"remaining\":\"PT1S\"}";
    }

    /** The ids are known later than the cases. */
    static Stream<Arguments> bodies() {
        return Stream.of(
                arguments("", "malformed-request", null),
                arguments("null", "malformed-request", null),
                arguments("{", "malformed-request", null),
                arguments("garbage", "malformed-request", null),
                arguments("<html></html>", "malformed-request", null),
                arguments("{}{}", "malformed-request", null),
                arguments("ORDER{}", "malformed-request", null),
                arguments("\ufeffORDER", "malformed-request", null),
                arguments("{'participant':'points'}", "malformed-request", null),
                arguments("{\"participant\":NaN}", "malformed-request", "/participant"),
                arguments("{\"participant\":01}", "malformed-request", "/participant"),
                arguments("{\"participant\":\"\\x\"}", "malformed-request", "/participant"),
                arguments("{\"participant\":\"" + "p".repeat(5_000) + "\"}", "malformed-request", "/participant"),
                arguments("{\"later\":" + "[".repeat(500) + "]".repeat(500) + "}", "malformed-request", null),
                arguments("[]", "invalid-value", ""),
                arguments("5", "invalid-value", ""),
                arguments("\"\"", "invalid-value", ""),
                arguments("{}", "invalid-value", "/participant"),
                arguments("{\"participant\":null}", "invalid-value", "/participant"),
                arguments("{\"participant\":5}", "invalid-value", "/participant"),
                arguments("{\"participant\":1e999}", "invalid-value", "/participant"),
                arguments("{\"participant\":true}", "invalid-value", "/participant"),
                arguments("{\"participant\":{}}", "invalid-value", "/participant"),
                arguments("{\"participant\":[\"points\"]}", "invalid-value", "/participant"),
                arguments("{\"participant\":\"\\u0000\"}", "invalid-value", "/participant"),
                arguments("{\"participant\":\"\\ud800\"}", "invalid-value", "/participant"),
                arguments("{\"participant\":\"points\"}", "invalid-value", "/decisions"),
                arguments("{\"participant\":\"points\",\"decisions\":null}", "invalid-value", "/decisions"),
                arguments("{\"participant\":\"points\",\"decisions\":[]}", "invalid-value", "/decisions"),
                arguments("{\"participant\":\"points\",\"decisions\":{}}", "invalid-value", "/decisions"),
                arguments("{\"participant\":\"points\",\"decisions\":\"\"}", "invalid-value", "/decisions"),
                arguments("{\"participant\":\"points\",\"decisions\":[null]}", "invalid-value", "/decisions/0"),
                arguments("{\"participant\":\"points\",\"decisions\":[\"x\"]}", "invalid-value", "/decisions/0"),
                arguments("{\"participant\":\"points\",\"decisions\":[[]]}", "invalid-value", "/decisions/0"),
                arguments(
                        "{\"participant\":\"points\",\"decisions\":[{}]}", "invalid-value", "/decisions/0/transaction"),
                arguments(
                        "{\"participant\":\"points\",\"decisions\":[" + "null,".repeat(256) + "null]}",
                        "invalid-value",
                        "/decisions"),
                arguments("ORDER\"COMMIT\"=\"commit\"", "invalid-value", "/decisions/0/decision"),
                arguments("ORDER\"COMMIT\"=\"UNDECIDED\"", "invalid-value", "/decisions/0/decision"),
                arguments("ORDER\"COMMIT\"=\"\"", "invalid-value", "/decisions/0/decision"),
                arguments("ORDER\"COMMIT\"=0", "invalid-value", "/decisions/0/decision"),
                arguments("ORDER\"COMMIT\"=null", "invalid-value", "/decisions/0/decision"),
                arguments("ORDER\"ref\"=\"later\"", "invalid-value", "/decisions/0/ref"),
                arguments("ORDERassent:=x:", "invalid-value", "/decisions/0/ref"),
                arguments("ORDERassent:='; drop table x; --", "invalid-value", "/decisions/0/ref"),
                arguments("ORDER\"1\"=1", "invalid-value", "/decisions/0/branch"),
                arguments("ORDER\"1\"=\"\"", "invalid-value", "/decisions/0/branch"),
                arguments("ORDER\"1\"=\"..\"", "invalid-value", "/decisions/0/branch"),
                arguments("ORDER\"1\"=\"1.2.3.4.5.6.7.8.9\"", "invalid-value", "/decisions/0/branch"),
                arguments("ORDER\"transaction\":\"=\"transaction\":\"X", "invalid-value", "/decisions/0/transaction"),
                arguments(
                        "ORDER\"branch\":\"1\"=\"branch\":\"1\",\"branch\":\"1\"",
                        "duplicate-member",
                        "/decisions/0/branch"),
                arguments(
                        "ORDER\"branch\":\"1\"=\"branch\":\"1\",\"later\":1,\"later\":2",
                        "duplicate-member",
                        "/decisions/0/later"),
                arguments(
                        "ORDER\"COMMIT\"=\"COMMIT\",\"decision\":\"ROLLBACK\"",
                        "duplicate-member",
                        "/decisions/0/decision"));
    }

    private static String spoilt(String pattern, String good, String name) {
        if (!pattern.startsWith(name)) {
            return pattern.replace(name, good);
        }
        String change = pattern.substring(name.length());
        int is = change.indexOf('=');
        return is < 0 ? good + change : good.replace(change.substring(0, is), change.substring(is + 1));
    }

    @ParameterizedTest
    @MethodSource("bodies")
    void a_bad_order_is_answered_with_where_it_is_bad(String pattern, String type, String pointer) throws Exception {
        HttpResponse<String> answer = post(DECISIONS, spoilt(pattern, order(), "ORDER"));

        assertProblem(answer, 400, type);
        if (pointer != null) {
            assertThat(JSON.readTree(answer.body()).path("pointer").asString()).isEqualTo(pointer);
        }
    }

    static Stream<Arguments> questions() {
        return Stream.of(
                arguments("QUESTION{}", "malformed-request", null),
                arguments("[]", "invalid-value", ""),
                arguments("{\"participant\":\"points\"}", "invalid-value", "/transaction"),
                arguments("QUESTIONPT1S=PT-1S", "invalid-value", "/remaining"),
                arguments("QUESTIONPT1S=PT24H0.001S", "invalid-value", "/remaining"),
                arguments("QUESTIONPT1S=PT99999999999999999999S", "invalid-value", "/remaining"),
                arguments("QUESTIONPT1S=P1Y", "invalid-value", "/remaining"),
                arguments("QUESTIONPT1S=1000", "invalid-value", "/remaining"),
                arguments("QUESTIONPT1S=", "invalid-value", "/remaining"),
                arguments("QUESTION\"PT1S\"=1000", "invalid-value", "/remaining"),
                arguments("QUESTION\"remaining\"=\"later\"", "invalid-value", "/remaining"),
                arguments("QUESTION2026-01-31T12:00:00Z=tomorrow", "invalid-value", "/deadline"),
                arguments("QUESTION2026-01-31T12:00:00Z=2026-02-30T12:00:00Z", "invalid-value", "/deadline"),
                arguments("QUESTION\"1\"=\"one\"", "invalid-value", "/branch"),
                arguments("QUESTIONassent:=", "invalid-value", "/ref"),
                arguments("QUESTION\"branch\":\"1\"=\"branch\":\"1\",\"branch\":\"2\"", "duplicate-member", "/branch"));
    }

    @ParameterizedTest
    @MethodSource("questions")
    void a_bad_question_for_a_vote_is_answered_with_where_it_is_bad(String pattern, String type, String pointer)
            throws Exception {
        HttpResponse<String> answer = post(PREPARE, spoilt(pattern, question(), "QUESTION"));

        assertProblem(answer, 400, type);
        if (pointer != null) {
            assertThat(JSON.readTree(answer.body()).path("pointer").asString()).isEqualTo(pointer);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-16", "UTF-16LE", "UTF-16BE", "UTF-32"})
    void only_utf_8_is_read(String charset) throws Exception {
        assertProblem(
                post(DECISIONS, order().getBytes(Charset.forName(charset)), "application/json"),
                400,
                "malformed-request");
        assertProblem(
                post(
                        DECISIONS,
                        order().getBytes(StandardCharsets.UTF_8),
                        "application/json;charset=" + charset.toLowerCase(java.util.Locale.ROOT)),
                415,
                "unsupported-media-type");
    }

    @Test
    void bytes_that_are_no_utf_8_are_refused() throws Exception {
        byte[] order = order().getBytes(StandardCharsets.UTF_8);
        order[20] = (byte) 0xc3;
        assertProblem(post(DECISIONS, order, "application/json"), 400, "malformed-request");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "text/plain",
                "*/*",
                "application/*",
                "application/*+json",
                "application/problem+json",
                "application/x-www-form-urlencoded",
                "multipart/form-data",
                "multipart/form-data; boundary=x",
                "json",
                ";",
                "application/json;charset=nothing",
                "application/json, application/json"
            })
    void only_json_is_read(String contentType) throws Exception {
        assertProblem(
                post(DECISIONS, order().getBytes(StandardCharsets.UTF_8), contentType), 415, "unsupported-media-type");
    }

    @Test
    void a_body_without_a_media_type_of_two_of_them_or_compressed_is_refused() throws Exception {
        String length = "Content-Length: " + order().length() + "\r\n";
        String json = "Content-Type: application/json\r\n";
        for (String headers : List.of(
                length, length + json + "Content-Type: text/plain\r\n", length + json + "Content-Encoding: gzip\r\n")) {
            assertThat(raw("POST", DECISIONS, headers, order()))
                    .startsWith("HTTP/1.1 415")
                    .contains("application/problem+json", ":unsupported-media-type");
        }
    }

    @Test
    void a_body_that_ends_early_or_is_too_long_is_refused() throws Exception {
        String json = "Content-Type: application/json\r\n";
        assertThat(raw("POST", DECISIONS, json + "Content-Length: 900\r\n", order()))
                .startsWith("HTTP/1.1 400")
                .contains("application/problem+json", ":malformed-request");
        assertThat(raw("POST", DECISIONS, json + "Transfer-Encoding: chunked\r\n", "zz\r\n" + order()))
                .startsWith("HTTP/1.1 400")
                .contains("application/problem+json", ":malformed-request");
        assertProblem(post(DECISIONS, " ".repeat(300_000)), 413, "payload-too-large");
        assertProblem(post(PREPARE, " ".repeat(300_000)), 413, "payload-too-large");
    }

    @Test
    void a_message_for_another_participant_is_misdirected() throws Exception {
        assertProblem(post(DECISIONS, order().replace("\"points\"", "\"Points\"")), 421, "misdirected");
        assertProblem(post(PREPARE, question().replace("\"points\"", "\"\"")), 421, "misdirected");
        assertProblem(get(BRANCHES + "?participant="), 421, "misdirected");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ended=",
                "ended=TRUE",
                "ended=true&limit=0",
                "ended=true&limit=-1",
                "ended=true&limit=1.0",
                "ended=true&limit=99999999999",
                "ended=true&limit=",
                "ended=true&after=",
                "ended=true&after=2026-13-01T00:00:00Z",
                "ended=true&before=%00",
                "before=2026-01-31T12:00:00Z"
            })
    void parameters_of_the_list_are_checked(String query) throws Exception {
        HttpResponse<String> answer = get(BRANCHES + "?" + query);

        assertProblem(answer, 400, "invalid-value");
        String last = query.substring(query.lastIndexOf('&') + 1);
        assertThat(JSON.readTree(answer.body()).path("pointer").asString())
                .isEqualTo(last.substring(0, last.indexOf('=')));
    }

    @Test
    void parameters_given_twice_or_broken_are_refused() throws Exception {
        assertProblem(get(BRANCHES + "?ended=true&limit=1&limit=2"), 400, "duplicate-member");
        assertProblem(get(BRANCHES + "?ended=true&ended=false"), 400, "duplicate-member");
        for (String query : List.of("ended=%zz", "ended=%ff", "%=1")) {
            assertThat(raw("GET", BRANCHES + "?" + query, "", ""))
                    .startsWith("HTTP/1.1 400")
                    .contains("application/problem+json", ":malformed-request");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/assent/v1/",
                "/assent/v1/nothing",
                "/assent/v1/Branches",
                "/assent/v1/branches/",
                "/assent/v1/branches/x",
                "/assent/v1/branches/x/1/2",
                "/assent/v1/branches/x/%31",
                "/assent/v1/branches/x/1;y=2",
                "/assent/v1/branches/x/%c3%a4",
                "/assent/v1/branches/../decisions",
                "/assent/v1/./branches",
                "/assent/v1//branches",
                "/assent/v1/%62ranches",
                "/x/../assent/v1/branches"
            })
    void a_path_that_only_seems_to_name_something_is_refused(String path) throws Exception {
        for (String method : List.of("GET", "POST", "PUT")) {
            assertThat(raw(method, path, "Content-Length: 0\r\n", ""))
                    .startsWith("HTTP/1.1 404")
                    .contains("application/problem+json", ":not-found");
        }
    }

    /** Tomcat refuses these itself; the same elsewhere stays the application's. */
    @ParameterizedTest
    @ValueSource(strings = {"branches%2fx", "branches/x%00", "branches/%zz", "%2e%2e%2fdecisions"})
    void a_path_that_tomcat_refuses_is_answered_with_a_problem(String path) throws Exception {
        for (String method : List.of("GET", "POST")) {
            assertThat(raw(method, "/assent/v1/" + path, "Content-Length: 0\r\n", ""))
                    .startsWith("HTTP/1.1 400")
                    .contains("application/problem+json", ":malformed-request")
                    .doesNotContain("<html", "text/html");
            assertThat(raw(method, "/elsewhere/" + path, "Content-Length: 0\r\n", ""))
                    .startsWith("HTTP/1.1 400")
                    .contains("text/html")
                    .doesNotContain("problem");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"x/1", "X/1", "0199a1b2-7c3d-1e4f-8a5b-6c7d8e9f0a1b/1", "ID/x", "ID/01", "ID/10000", "ID/1."})
    void an_id_in_a_path_has_one_form(String path) throws Exception {
        assertProblem(get(BRANCHES + "/" + path.replace("ID", inDoubt.id().toString())), 400, "invalid-value");
    }

    @Test
    void wrong_methods_are_told_the_right_one() throws Exception {
        for (String method : List.of("GET", "PUT", "DELETE", "PATCH", "OPTIONS", "FOO", "post")) {
            for (String path : List.of(DECISIONS, PREPARE)) {
                assertThat(raw(method, path, "Content-Length: 0\r\n", ""))
                        .startsWith("HTTP/1.1 405")
                        .contains("Allow: POST\r\n", "application/problem+json", ":method-not-allowed");
            }
        }
        for (String method : List.of("POST", "PUT", "DELETE", "FOO")) {
            assertThat(raw(
                            method,
                            BRANCHES,
                            "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 5\r\n",
                            "a=%zz"))
                    .startsWith("HTTP/1.1 405")
                    .contains("Allow: GET\r\n", "application/problem+json", ":method-not-allowed");
        }
    }

    /** The values of headers; CONTEXT stands for one that is good. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "x",
                "1",
                "\"x\"",
                "id",
                "CONTEXT,",
                "CONTEXT, branch=\"2\"",
                "CONTEXT, id=\"0199a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b\"",
                "CONTEXT, collect",
                "CONTEXT, later=1, later=2",
                "CONTEXT, later=\"",
                "CONTEXT, later=@1",
                "CONTEXT; =",
                "CONTEXT\r\nAssent-Transaction: CONTEXT",
                "CONTEXT\r\nAssent-Transaction: branch=\"2\"",
                "id=\"x\", branch=\"1\", deadline=1, remaining=1",
                "id=\"0199A1B2-7C3D-7E4F-8A5B-6C7D8E9F0A1B\", branch=\"1\", deadline=1, remaining=1",
                "id=x, branch=\"1\", deadline=1, remaining=1",
                "id=\"0199a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b\", branch=1, deadline=1, remaining=1",
                "id=\"0199a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b\", branch=\"\", deadline=1, remaining=1",
                "id=\"0199a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b\", branch=\"1\", deadline=\"1\", remaining=1",
                "id=\"0199a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b\", branch=\"1\", deadline=-1, remaining=1",
                "id=\"0199a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b\", branch=\"1\", deadline=1, remaining=1.9",
                "id=\"0199a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b\", branch=\"1\", deadline=1, remaining=-1",
                "id=\"0199a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b\", branch=\"1\", deadline=1, remaining=1e999",
                "id=\"0199a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b\", branch=\"1\", deadline=1, remaining=9999999999999999",
                "id=\"0199a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b\", branch=\"1\", deadline=1, remaining=1, collect=1",
                "\u00ff\u00fe",
                "{\"id\":\"x\"}"
            })
    void a_call_whose_context_is_not_well_formed_does_no_work(String value) throws Exception {
        String header = value.replace("CONTEXT", Caller.transaction(true).format());
        assertThat(raw("POST", "/keep?key=bad", "Assent-Transaction: " + header + "\r\nContent-Length: 0\r\n", ""))
                .startsWith("HTTP/1.1 400")
                .contains("application/problem+json", ":invalid-value", "\"pointer\":\"Assent-Transaction\"")
                .doesNotContain("Assent-Branches:", "Exception", "io.assent");
    }

    @Test
    void a_context_that_is_too_long_does_no_work() throws Exception {
        String header = Caller.transaction(true).format() + ", later=\"" + "x".repeat(600) + "\"";
        assertThat(raw("POST", "/keep?key=bad", "Assent-Transaction: " + header + "\r\nContent-Length: 0\r\n", ""))
                .startsWith("HTTP/1.1 400")
                .contains(":invalid-value");
    }

    /** The bound is for a machine that is busy with other things. */
    @Test
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    void spoilt_messages_are_refused_or_understood_and_change_nothing_when_they_are_refused() {
        // It tells of every order to commit what was never seen.
        LoggingSystem logging = LoggingSystem.get(getClass().getClassLoader());
        logging.setLogLevel(BranchService.class.getName(), LogLevel.OFF);
        long refused;
        try {
            refused = IntStream.range(0, 20_000)
                    .parallel()
                    .filter(BadMessagesIntegrationTests::isRefusedWhenSpoilt)
                    .count();
        } finally {
            logging.setLogLevel(BranchService.class.getName(), null);
        }

        assertThat(refused).isBetween(5_000L, 19_500L);
    }

    private static boolean isRefusedWhenSpoilt(int number) {
        Random random = new Random((SEED + number) * 0x9E3779B97F4A7C15L);
        // Of no branch that there is: what is understood by chance leaves the one in doubt alone.
        String good = "{\"participant\":\"points\",\"decisions\":[{\"transaction\":\""
                + TransactionId.create(Instant.now(), random)
                + "\",\"branch\":\"1\",\"ref\":\"assent:points:x\",\"decision\":\"COMMIT\",\"later\":[1e9,{\"a\":\"b\"}]}]}";
        byte[] body = changed(good.getBytes(StandardCharsets.UTF_8), random);
        String type = random.nextInt(50) == 0 ? "text/plain" : "application/json";
        try {
            HttpResponse<String> answer = post(DECISIONS, body, type);
            assertThat(answer.statusCode()).isBetween(200, 421);
            if (answer.statusCode() == 200) {
                assertThat(JSON.readTree(answer.body()).path("results").isArray())
                        .isTrue();
                return false;
            }
            assertProblem(answer, answer.statusCode(), null);
            return true;
        } catch (Exception | AssertionError e) {
            throw new AssertionError(
                    "-Dassent.input.seed=%d, message %d: %s"
                            .formatted(SEED, number, new String(body, StandardCharsets.ISO_8859_1)),
                    e);
        }
    }

    private static final List<String> PIECES = List.of(
            "null",
            "true",
            "5",
            "1.9",
            "1e999",
            "NaN",
            "\"\"",
            "[]",
            "{}",
            "[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]",
            "\"\\u0000\"",
            "\"\\ud800\"",
            "\"\u00e4\"",
            ",",
            ":",
            "\"",
            "}",
            "\"branch\":\"1\",",
            "\"participant\":\"points\",",
            "\"x\":1,");

    private static byte[] changed(byte[] message, Random random) {
        byte[] changed = message;
        for (int times = 1 + random.nextInt(3); times > 0 && changed.length > 1; times--) {
            int at = random.nextInt(changed.length);
            int to = Math.min(changed.length, at + 1 + random.nextInt(12));
            String head = new String(changed, 0, at, StandardCharsets.ISO_8859_1);
            String tail = new String(changed, to, changed.length - to, StandardCharsets.ISO_8859_1);
            String piece = new String(changed, at, to - at, StandardCharsets.ISO_8859_1);
            String odd = PIECES.get(random.nextInt(PIECES.size()));
            String text = switch (random.nextInt(8)) {
                case 0 -> head;
                case 1 -> head + tail;
                case 2 -> head + piece + piece + tail;
                case 3 -> head + (char) random.nextInt(256) + piece.substring(1) + tail;
                case 4 -> head + odd + piece + tail;
                // In place of a value.
                case 5 ->
                    (head + piece + tail)
                            .replaceFirst(
                                    "(\"(branch|ref|decision|transaction|participant|decisions|later)\":)\"[^\"]*\"",
                                    java.util.regex.Matcher.quoteReplacement("\"branch\":" + odd));
                case 6 -> (head + piece + tail).replace("\"1\"", odd);
                default ->
                    (head + piece + tail).replace("\"decision\"", "\"later" + at + "\":" + odd + ",\"decision\"");
            };
            changed = text.getBytes(StandardCharsets.ISO_8859_1);
        }
        return changed;
    }

    private static HttpResponse<String> post(String path, String body) throws Exception {
        return post(path, body.getBytes(StandardCharsets.UTF_8), "application/json");
    }

    private static HttpResponse<String> post(String path, byte[] body, String contentType) throws Exception {
        return HTTP.send(
                HttpRequest.newBuilder(URI.create(url(path)))
                        .header("Content-Type", contentType)
                        .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static HttpResponse<String> get(String path) throws Exception {
        return HTTP.send(HttpRequest.newBuilder(URI.create(url(path))).build(), HttpResponse.BodyHandlers.ofString());
    }

    /** Byte by byte; the answer as it came. */
    private static String raw(String method, String target, String headers, String body) throws IOException {
        try (Socket socket = new Socket(
                InetAddress.getLoopbackAddress(), service.getWebServer().getPort())) {
            socket.setSoTimeout(30_000);
            String request =
                    method + " " + target + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + headers + "\r\n" + body;
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            socket.shutdownOutput();
            ByteArrayOutputStream answer = new ByteArrayOutputStream();
            socket.getInputStream().transferTo(answer);
            return answer.toString(StandardCharsets.UTF_8);
        }
    }

    /** @param type null: any that is registered */
    private static void assertProblem(HttpResponse<String> answer, int status, String type) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type"))
                .hasValueSatisfying(value -> assertThat(value).startsWith("application/problem+json"));
        JsonNode problem = JSON.readTree(answer.body());
        assertThat(problem.path("status").asInt()).isEqualTo(status);
        assertThat(Arrays.stream(ProblemType.values()).map(ProblemType::uri))
                .contains(problem.path("type").asString());
        if (type != null) {
            assertThat(problem.path("type").asString()).as(answer.body()).isEqualTo(ProblemType.PREFIX + type);
        }
        assertThat(problem.path("detail").asString(""))
                .doesNotContain("Exception", "io.assent", "java.", "tools.jackson", "JsonToken");
    }
}
