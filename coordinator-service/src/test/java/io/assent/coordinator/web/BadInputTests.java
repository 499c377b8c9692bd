package io.assent.coordinator.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.assent.protocol.wire.ProblemType;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.web.server.LocalServerPort;

/**
 * Goal: bad input is answered with a registered problem that points at what is wrong, and nothing is done. Method: a
 * catalogue, over a real port and, where a client library would not send it, over a raw socket.
 */
@WebTest
@ExtendWith(OutputCaptureExtension.class)
class BadInputTests {

    private static final String TX = "/v1/transactions/" + Records.ID;

    @Autowired
    FakeCoordinator coordinator;

    @Autowired
    FakeLogLives logs;

    @Autowired
    FakeTakeovers takeovers;

    @LocalServerPort
    int port;

    Http http;

    @BeforeEach
    void start() {
        coordinator.reset();
        logs.reset();
        takeovers.called = () -> {
            throw new AssertionError("nothing may be drained or resumed");
        };
        http = new Http(port);
    }

    @AfterEach
    void nothing_was_done() {
        takeovers.called = () -> {};
        assertThat(coordinator.asked).isEmpty();
        assertThat(logs.asked).isEmpty();
        assertThat(http.get("/v1/instance").text("state")).isEqualTo("ACCEPTING");
    }

    static Stream<Arguments> bodies() {
        String deep = "{\"later\":" + "[".repeat(2_000) + "]".repeat(2_000) + "}";
        return Stream.of(
                arguments("/v1/transactions", "", "malformed-request", null),
                arguments("/v1/transactions", "null", "malformed-request", null),
                arguments("/v1/transactions", "{", "malformed-request", null),
                arguments("/v1/transactions", "{\"timeout\":\"PT1S\"", "malformed-request", null),
                arguments("/v1/transactions", "{\"timeout\":\"PT1S\"}{}", "malformed-request", null),
                arguments("/v1/transactions", "{\"timeout\":\"PT1S\"} x", "malformed-request", null),
                arguments("/v1/transactions", "{'timeout':'PT1S'}", "malformed-request", null),
                arguments("/v1/transactions", "{\"timeout\":NaN}", "malformed-request", "/timeout"),
                arguments("/v1/transactions", "\ufeff{\"timeout\":\"PT1S\"}", "malformed-request", null),
                arguments(TX + "/branches", deep, "malformed-request", null),
                arguments("/v1/transactions", "[]", "invalid-value", ""),
                arguments("/v1/transactions", "\"\"", "invalid-value", ""),
                arguments("/v1/transactions", "5", "invalid-value", ""),
                arguments("/v1/transactions", "{}", "invalid-value", "/timeout"),
                arguments("/v1/transactions", "{\"timeout\":null}", "invalid-value", "/timeout"),
                arguments("/v1/transactions", "{\"timeout\":5}", "invalid-value", "/timeout"),
                arguments("/v1/transactions", "{\"timeout\":1.9}", "invalid-value", "/timeout"),
                arguments("/v1/transactions", "{\"timeout\":1e999}", "invalid-value", "/timeout"),
                arguments("/v1/transactions", "{\"timeout\":true}", "invalid-value", "/timeout"),
                arguments("/v1/transactions", "{\"timeout\":[\"PT1S\"]}", "invalid-value", "/timeout"),
                arguments("/v1/transactions", "{\"timeout\":{}}", "invalid-value", "/timeout"),
                arguments("/v1/transactions", "{\"timeout\":\"\"}", "invalid-value", "/timeout"),
                arguments("/v1/transactions", "{\"timeout\":\"5\"}", "invalid-value", "/timeout"),
                arguments("/v1/transactions", "{\"timeout\":\"PT0S\"}", "invalid-value", "/timeout"),
                arguments("/v1/transactions", "{\"timeout\":\"PT-5S\"}", "invalid-value", "/timeout"),
                arguments("/v1/transactions", "{\"timeout\":\"PT0.099S\"}", "invalid-value", "/timeout"),
                arguments("/v1/transactions", "{\"timeout\":\"PT1H0.001S\"}", "invalid-value", "/timeout"),
                arguments("/v1/transactions", "{\"timeout\":\"PT9223372036854775807S\"}", "invalid-value", "/timeout"),
                arguments(
                        "/v1/transactions", "{\"timeout\":\"PT9999999999999999999999S\"}", "invalid-value", "/timeout"),
                arguments("/v1/transactions", timed("\"timeouts\":\"PT1S\""), "unknown-field", "/timeouts"),
                arguments("/v1/transactions", timed("\"a~b/c\":1"), "unknown-field", "/a~0b~1c"),
                arguments("/v1/transactions", timed("\"timeout\":\"PT1S\""), "duplicate-member", "/timeout"),
                arguments("/v1/transactions", timed("\"name\":\"\""), "invalid-value", "/name"),
                arguments("/v1/transactions", timed("\"name\":\"a\\u0000b\""), "invalid-value", "/name"),
                arguments("/v1/transactions", timed("\"name\":\"\\ud800\""), "invalid-value", "/name"),
                arguments("/v1/transactions", timed("\"name\":\"a\\nb\""), "invalid-value", "/name"),
                arguments("/v1/transactions", timed("\"name\":\"" + "n".repeat(129) + "\""), "invalid-value", "/name"),
                arguments(
                        "/v1/transactions",
                        timed("\"name\":\"" + "n".repeat(9_000) + "\""),
                        "malformed-request",
                        "/name"),
                arguments("/v1/transactions", timed("\"id\":\"\""), "invalid-value", "/id"),
                arguments("/v1/transactions", timed("\"id\":\"../../x\""), "invalid-value", "/id"),
                arguments(
                        "/v1/transactions",
                        timed("\"id\":\"" + Records.ID.toString().toUpperCase() + "\""),
                        "invalid-value",
                        "/id"),
                arguments(
                        "/v1/transactions",
                        timed("\"id\":\"0199a1b2-7c3d-4e4f-8a5b-6c7d8e9f0a1b\""),
                        "invalid-value",
                        "/id"),
                arguments(TX + "/branches", "{}", "invalid-value", "/branch"),
                arguments(TX + "/branches", branch("\"branch\":\"1.2.3.4.5.6.7.8.9\""), "invalid-value", "/branch"),
                arguments(TX + "/branches", branch("\"branch\":\"01\""), "invalid-value", "/branch"),
                arguments(TX + "/branches", branch("\"branch\":1"), "invalid-value", "/branch"),
                arguments(TX + "/branches", branch("\"branch\":\"1\",\"branch\":\"1\""), "duplicate-member", "/branch"),
                arguments(TX + "/branches", branch("\"branch\":\"1\",\"vote\":\"prepared\""), "invalid-value", "/vote"),
                arguments(TX + "/branches", branch("\"branch\":\"1\",\"url\":\"\""), "invalid-value", "/url"),
                arguments(
                        TX + "/branches",
                        branch("\"branch\":\"1\",\"url\":\"http://" + "a".repeat(600) + "\""),
                        "invalid-value",
                        "/url"),
                arguments(
                        TX + "/branches", "{\"branch\":\"1\",\"participant\":\"P\"}", "invalid-value", "/participant"),
                arguments(TX + "/branches", "{\"branch\":\"1\",\"participant\":\"p\"}", "invalid-value", "/ref"),
                arguments(
                        TX + "/branches",
                        "{\"branch\":\"1\",\"participant\":\"p\",\"ref\":\"assent:'; drop\"}",
                        "invalid-value",
                        "/ref"),
                arguments(TX + "/commit", "{\"deadline\":5}", "invalid-value", "/deadline"),
                arguments(TX + "/commit", "{\"deadline\":\"2026-01-31\"}", "invalid-value", "/deadline"),
                arguments(TX + "/commit", "{\"deadline\":\"2026-13-31T12:00:00Z\"}", "invalid-value", "/deadline"),
                arguments(TX + "/commit", "{\"deadline\":\"2026-01-31T12:00:00+01:00\"}", "invalid-value", "/deadline"),
                arguments(
                        TX + "/commit", "{\"deadline\":\"+1000000000-12-31T23:59:59Z\"}", "invalid-value", "/deadline"),
                arguments(TX + "/commit", "{\"deadline\":\"2026-01-31T13:05:01Z\"}", "invalid-value", "/deadline"),
                arguments(TX + "/commit", "{\"branches\":\"1\"}", "invalid-value", "/branches"),
                arguments(TX + "/commit", "{\"branches\":{}}", "invalid-value", "/branches"),
                arguments(TX + "/commit", "{\"branches\":[1]}", "invalid-value", "/branches/0"),
                arguments(TX + "/commit", "{\"branches\":[null]}", "invalid-value", "/branches/0"),
                arguments(TX + "/commit", "{\"branches\":[\"1\",\"1\"]}", "invalid-value", "/branches/1"),
                arguments(TX + "/commit", "{\"branches\":[\"1\\u0000\"]}", "invalid-value", "/branches/0"),
                arguments(TX + "/commit", "{\"branches\":[[]]}", "invalid-value", "/branches/0"),
                arguments(
                        TX + "/commit",
                        "{\"branches\":[{\"branch\":\"1\"}]}",
                        "invalid-value",
                        "/branches/0/participant"),
                arguments(
                        TX + "/commit",
                        "{\"branches\":[{\"branch\":\"1\",\"participant\":\"p\"}]}",
                        "invalid-value",
                        "/branches/0/ref"),
                arguments(
                        TX + "/commit",
                        "{\"branches\":[{\"branch\":\"1\",\"participant\":\"p\",\"ref\":7}]}",
                        "invalid-value",
                        "/branches/0/ref"),
                arguments(
                        TX + "/commit",
                        "{\"branches\":[{\"branch\":\"1\",\"participant\":\"p\",\"ref\":\"assent:\\ud800\"}]}",
                        "invalid-value",
                        "/branches/0/ref"),
                arguments(
                        TX + "/commit", "{\"branches\":[{\"branche\":\"1\"}]}", "unknown-field", "/branches/0/branche"),
                arguments(
                        TX + "/commit",
                        "{\"branches\":[{\"branch\":\"1\",\"branch\":\"1\"}]}",
                        "duplicate-member",
                        "/branches/0/branch"),
                arguments(TX + "/rollback", "{\"reason\":\"" + "r".repeat(513) + "\"}", "invalid-value", "/reason"),
                arguments(TX + "/rollback", "{\"branches\":[\"1\"]}", "invalid-value", "/branches/0"),
                arguments(TX + "/rollback", "{\"branches\":[null]}", "invalid-value", "/branches/0"),
                arguments(TX + "/rollback", "{\"reasons\":\"\"}", "unknown-field", "/reasons"),
                arguments(TX + "/resolution", "{\"reason\":7}", "invalid-value", "/reason"),
                arguments("/v1/commits", "{}", "invalid-value", "/commits"),
                arguments("/v1/commits", "{\"commits\":[]}", "invalid-value", "/commits"),
                arguments("/v1/commits", "{\"commits\":[null]}", "invalid-value", "/commits/0/transaction"),
                arguments("/v1/commits", "{\"commits\":[{}]}", "invalid-value", "/commits/0/transaction"),
                arguments("/v1/commits", "{\"commits\":[" + "{},".repeat(256) + "{}]}", "invalid-value", "/commits"),
                arguments("/v1/inquiries", "{\"participant\":\"p\",\"branches\":[]}", "invalid-value", "/branches"),
                arguments("/v1/inquiries", "{\"branches\":[{}]}", "invalid-value", "/participant"),
                arguments(
                        "/v1/inquiries", "{\"participant\":\"p\",\"branches\":[null]}", "invalid-value", "/branches/0"),
                arguments(
                        "/v1/inquiries",
                        "{\"participant\":\"p\",\"branches\":[{}]}",
                        "invalid-value",
                        "/branches/0/transaction"),
                arguments(
                        "/v1/inquiries",
                        "{\"participant\":\"p\",\"participant\":\"q\"}",
                        "duplicate-member",
                        "/participant"),
                arguments(
                        "/v1/inquiries",
                        "{\"participant\":\"p\",\"branches\":[" + "{},".repeat(1_000) + "{}]}",
                        "invalid-value",
                        "/branches"),
                arguments("/v1/transactions", "\0", "malformed-request", null),
                arguments("/v1/transactions", "{\"timeout\":\"PT1S\",}", "malformed-request", null),
                arguments("/v1/transactions", "{timeout:\"PT1S\"}", "malformed-request", null),
                arguments("/v1/transactions", "{\"timeout\":\"PT1S\"/**/}", "malformed-request", null),
                arguments("/v1/transactions", "<begin timeout=\"PT1S\"/>", "malformed-request", null),
                arguments("/v1/transactions", "timeout=PT1S", "malformed-request", null),
                arguments("/v1/transactions", "{\"timeout\":\"PT1S", "malformed-request", "/timeout"),
                arguments("/v1/transactions", "{\"timeout\":\"PT1S\\x\"}", "malformed-request", "/timeout"),
                arguments("/v1/transactions", "{\"timeout\":\"PT1S\\u12\"}", "malformed-request", "/timeout"),
                arguments("/v1/transactions", "{\"timeout\":\"PT\t1S\"}", "malformed-request", "/timeout"),
                arguments("/v1/transactions", "{\"timeout\":01}", "malformed-request", "/timeout"),
                arguments("/v1/transactions", "{\"timeout\":+1}", "malformed-request", "/timeout"),
                arguments("/v1/transactions", "{\"timeout\":.5}", "malformed-request", "/timeout"),
                arguments("/v1/transactions", "{\"timeout\":Infinity}", "malformed-request", "/timeout"),
                arguments("/v1/transactions", "{\"timeout\":" + "9".repeat(40) + "}", "malformed-request", null),
                arguments("/v1/transactions", "{\"" + "n".repeat(200) + "\":1}", "malformed-request", null),
                arguments("/v1/transactions", "true", "invalid-value", ""),
                arguments("/v1/transactions", "1e999", "invalid-value", ""),
                arguments("/v1/transactions", timed("\"\\ud800\":1"), "unknown-field", "/\ud800"),
                arguments("/v1/transactions", timed("\"\\u0000\":1"), "unknown-field", "/\0"),
                arguments("/v1/transactions", timed("\"\":1"), "unknown-field", "/"),
                arguments("/v1/transactions", timed("\"Timeout\":\"PT1S\""), "unknown-field", "/Timeout"),
                arguments("/v1/transactions", timed("\"__proto__\":{}"), "unknown-field", "/__proto__"),
                arguments("/v1/transactions", timed("\"class\":{\"@type\":\"x\"}"), "unknown-field", "/class"),
                arguments("/v1/transactions", timed("\"id\":null,\"id\":null"), "duplicate-member", "/id"),
                arguments("/v1/transactions", timed("\"\\u0069d\":null,\"id\":null"), "duplicate-member", "/id"),
                arguments("/v1/transactions", "{\"timeout\":\"PT1H1S\"}", "invalid-value", "/timeout"),
                arguments("/v1/transactions", "{\"timeout\":\"P1D\"}", "invalid-value", "/timeout"),
                arguments("/v1/transactions", "{\"timeout\":\"10s\"}", "invalid-value", "/timeout"),
                arguments("/v1/transactions", "{\"timeout\":\" PT1S\"}", "invalid-value", "/timeout"),
                arguments(
                        "/v1/transactions",
                        "{\"timeout\":\"PT" + "0".repeat(60) + "1S\"}",
                        "invalid-value",
                        "/timeout"),
                arguments("/v1/transactions", timed("\"name\":5"), "invalid-value", "/name"),
                arguments("/v1/transactions", timed("\"name\":[]"), "invalid-value", "/name"),
                arguments("/v1/transactions", timed("\"name\":\"  \""), "invalid-value", "/name"),
                arguments("/v1/transactions", timed("\"name\":\"a\\u202eb\""), "invalid-value", "/name"),
                arguments("/v1/transactions", timed("\"name\":\"a\\u2028b\""), "invalid-value", "/name"),
                arguments("/v1/transactions", timed("\"name\":\"\\udc00\\ud800\""), "invalid-value", "/name"),
                arguments("/v1/transactions", timed("\"id\":5"), "invalid-value", "/id"),
                arguments("/v1/transactions", timed("\"id\":\"" + "a".repeat(4_000) + "\""), "invalid-value", "/id"),
                arguments("/v1/transactions", timed("\"id\":\"{" + Records.ID + "}\""), "invalid-value", "/id"),
                arguments("/v1/transactions", timed("\"id\":\"" + Records.ID + "\\n\""), "invalid-value", "/id"),
                arguments(TX + "/branches", branch("\"branch\":\"1\""), "invalid-value", "/token"),
                arguments(TX + "/branches", branch("\"branch\":\"1\",\"token\":null"), "invalid-value", "/token"),
                arguments(TX + "/branches", branch("\"branch\":\"1\",\"token\":7"), "invalid-value", "/token"),
                arguments(TX + "/branches", branch("\"branch\":\"1\",\"token\":\"\""), "invalid-value", "/token"),
                arguments(
                        TX + "/branches",
                        branch("\"branch\":\"1\",\"token\":\"nU9tWq3bX0eYk7RzLh2cV=\""),
                        "invalid-value",
                        "/token"),
                arguments(
                        TX + "/branches",
                        branch("\"branch\":\"1\",\"token\":\"nU9tWq3bX0eYk7RzLh2cVA1\""),
                        "invalid-value",
                        "/token"),
                arguments(TX + "/branches", branch("\"branch\":\"\""), "invalid-value", "/branch"),
                arguments(TX + "/branches", branch("\"branch\":\"..\""), "invalid-value", "/branch"),
                arguments(TX + "/branches", branch("\"branch\":\"1.\""), "invalid-value", "/branch"),
                arguments(TX + "/branches", branch("\"branch\":\"-1\""), "invalid-value", "/branch"),
                arguments(TX + "/branches", branch("\"branch\":\"10000\""), "invalid-value", "/branch"),
                arguments(TX + "/branches", branch("\"branch\":\"\\uff11\""), "invalid-value", "/branch"),
                arguments(TX + "/branches", branch("\"branch\":\"1\",\"vote\":\"\""), "invalid-value", "/vote"),
                arguments(TX + "/branches", branch("\"branch\":\"1\",\"vote\":1"), "invalid-value", "/vote"),
                arguments(TX + "/branches", branch("\"branch\":\"1\",\"reason\":\"\\n\""), "invalid-value", "/reason"),
                arguments(TX + "/branches", branch("\"branch\":\"1\",\"url\":7"), "invalid-value", "/url"),
                arguments(TX + "/branches", branch("\"branch\":\"1\",\"x\":1,\"x\":2"), "duplicate-member", "/x"),
                arguments(
                        TX + "/branches",
                        "{\"branch\":\"1\",\"participant\":\"p\",\"ref\":\"assent:" + "r".repeat(184) + "\"}",
                        "invalid-value",
                        "/ref"),
                arguments(
                        TX + "/branches",
                        "{\"branch\":\"1\",\"participant\":\"" + "p".repeat(64) + "\",\"ref\":\"assent:x\"}",
                        "invalid-value",
                        "/participant"),
                arguments(TX + "/commit", "{\"deadline\":\"\"}", "invalid-value", "/deadline"),
                arguments(TX + "/commit", "{\"deadline\":\"tomorrow\"}", "invalid-value", "/deadline"),
                arguments(TX + "/commit", "{\"deadline\":\"2026-02-30T12:00:00Z\"}", "invalid-value", "/deadline"),
                arguments(TX + "/commit", "{\"deadline\":\"2026-01-31T12:00:00\"}", "invalid-value", "/deadline"),
                arguments(TX + "/commit", "{\"name\":\"\\u0007\"}", "invalid-value", "/name"),
                arguments(TX + "/commit", "{\"branches\":[\"1\",2]}", "invalid-value", "/branches/1"),
                arguments(TX + "/commit", "{\"branches\":[1e999]}", "invalid-value", "/branches/0"),
                arguments(TX + "/commit", "{\"branches\":[true]}", "invalid-value", "/branches/0"),
                arguments(TX + "/commit", "{\"branches\":[{}]}", "invalid-value", "/branches/0/branch"),
                arguments(
                        TX + "/commit", "{\"branches\":[\"1\"],\"branches\":[\"1\"]}", "duplicate-member", "/branches"),
                arguments(
                        TX + "/commit",
                        "{\"branches\":" + "[".repeat(20) + "]".repeat(20) + "}",
                        "malformed-request",
                        null),
                arguments(TX + "/commit", "{\"wait\":5}", "unknown-field", "/wait"),
                arguments(TX + "/commit", "{\"decision\":\"COMMIT\"}", "unknown-field", "/decision"),
                arguments(TX + "/rollback", "{\"reason\":\"\"}", "invalid-value", "/reason"),
                arguments(TX + "/rollback", "{\"reason\":[\"x\"]}", "invalid-value", "/reason"),
                arguments(TX + "/rollback", "{\"reason\":\"a\",\"reason\":\"b\"}", "duplicate-member", "/reason"),
                arguments(TX + "/rollback", "{\"branches\":[{}]}", "invalid-value", "/branches/0/branch"),
                arguments(TX + "/rollback", "{\"branches\":{\"0\":{}}}", "invalid-value", "/branches"),
                arguments(
                        TX + "/rollback",
                        "{\"branches\":[{\"branch\":\"1\",\"participant\":\"p\"},{\"branch\":\"1\",\"participant\":\"p\"}]}",
                        "invalid-value",
                        "/branches/1"),
                arguments(TX + "/decision", "{}", "invalid-value", "/decision"),
                arguments(TX + "/decision", "{\"decision\":\"commit\",\"reason\":\"x\"}", "invalid-value", "/decision"),
                arguments(
                        TX + "/decision",
                        "{\"decision\":\"UNDECIDED\",\"reason\":\"x\"}",
                        "invalid-value",
                        "/decision"),
                arguments(TX + "/decision", "{\"decision\":0,\"reason\":\"x\"}", "invalid-value", "/decision"),
                arguments(TX + "/decision", "{\"decision\":\"COMMIT\"}", "invalid-value", "/reason"),
                arguments(
                        TX + "/decision",
                        "{\"decision\":\"COMMIT\",\"reason\":\"x\",\"branches\":[\"1\"]}",
                        "invalid-value",
                        "/branches/0"),
                arguments(
                        TX + "/decision",
                        "{\"decision\":\"COMMIT\",\"reason\":\"x\",\"branches\":[{\"branch\":\"1\",\"participant\":\"p\"}]}",
                        "invalid-value",
                        "/branches/0/ref"),
                arguments(
                        TX + "/decision",
                        "{\"decision\":\"COMMIT\",\"reason\":\"x\",\"branches\":[{\"branch\":\"1\",\"participant\":\"p\","
                                + "\"ref\":\"assent:x\",\"url\":\"http://elsewhere/\"}]}",
                        "participant-not-allowed",
                        null),
                arguments("/v1/commits", "{\"commits\":{}}", "invalid-value", "/commits"),
                arguments("/v1/commits", "{\"commits\":[[]]}", "invalid-value", "/commits/0"),
                arguments("/v1/commits", "{\"commits\":[\"" + Records.ID + "\"]}", "invalid-value", "/commits/0"),
                arguments(
                        "/v1/commits",
                        "{\"commits\":[{\"transaction\":\"x\"}]}",
                        "invalid-value",
                        "/commits/0/transaction"),
                arguments("/v1/commits", "{\"commits\":[{\"id\":\"x\"}]}", "unknown-field", "/commits/0/id"),
                arguments(
                        "/v1/commits",
                        "{\"commits\":[{\"transaction\":\"a\",\"transaction\":\"b\"}]}",
                        "duplicate-member",
                        "/commits/0/transaction"),
                arguments("/v1/inquiries", "{\"participant\":\"\"}", "invalid-value", "/participant"),
                arguments("/v1/inquiries", "{\"participant\":\"p\"}", "invalid-value", "/branches"),
                arguments(
                        "/v1/inquiries", inquiry("\"transaction\":\"x\""), "invalid-value", "/branches/0/transaction"),
                arguments("/v1/inquiries", inquiry(null), "invalid-value", "/branches/0/branch"),
                arguments("/v1/inquiries", inquiry("\"branch\":\"1\""), "invalid-value", "/branches/0/ref"),
                arguments(
                        "/v1/inquiries",
                        inquiry("\"branch\":\"1\",\"ref\":\"assent:x\",\"deadline\":\"soon\""),
                        "invalid-value",
                        "/branches/0/deadline"),
                arguments("/v1/inquiries", inquiry("\"x\":1,\"x\":1"), "duplicate-member", "/branches/0/x"));
    }

    private static String inquiry(String members) {
        String given = members == null || !members.contains("\"transaction\"")
                ? "\"transaction\":\"" + Records.ID + "\"" + (members == null ? "" : "," + members)
                : members;
        return "{\"participant\":\"p\",\"branches\":[{" + given + "}]}";
    }

    /** What an operator asks for names its reason. */
    static Stream<Arguments> acts() {
        return Stream.of(
                        TX + "/resolution",
                        TX + "/retry",
                        "/v1/instance/drain",
                        "/v1/instance/resume",
                        "/v1/log/epochs",
                        "/v1/log/epochs/2/completion",
                        "/v1/logs/main/epochs",
                        "/v1/logs/main/epochs/2/completion")
                .flatMap(path -> Stream.of(
                        arguments(path, "", "malformed-request", null),
                        arguments(path, "{\"reason\":\"x\"", "malformed-request", null),
                        arguments(path, "[\"x\"]", "invalid-value", ""),
                        arguments(path, "{}", "invalid-value", "/reason"),
                        arguments(path, "{\"reason\":null}", "invalid-value", "/reason"),
                        arguments(path, "{\"reason\":true}", "invalid-value", "/reason"),
                        arguments(path, "{\"reason\":\"\"}", "invalid-value", "/reason"),
                        arguments(path, "{\"reason\":\"a\\nb\"}", "invalid-value", "/reason"),
                        arguments(path, "{\"reason\":\"\\u0000\"}", "invalid-value", "/reason"),
                        arguments(path, "{\"reason\":\"\\ud800\"}", "invalid-value", "/reason"),
                        arguments(path, "{\"reason\":\"" + "r".repeat(513) + "\"}", "invalid-value", "/reason"),
                        arguments(path, "{\"reason\":\"x\",\"why\":1}", "unknown-field", "/why"),
                        arguments(path, "{\"reason\":\"x\",\"reason\":\"y\"}", "duplicate-member", "/reason")));
    }

    private static String timed(String members) {
        return "{\"timeout\":\"PT1S\"," + members + "}";
    }

    private static String branch(String members) {
        return "{\"participant\":\"p\",\"ref\":\"assent:p:1\"," + members + "}";
    }

    @ParameterizedTest
    @MethodSource({"bodies", "acts"})
    void a_bad_body_is_answered_with_where_it_is_bad(String path, String body, String type, String pointer) {
        Http.Response response = http.post(path, body);

        assertProblem(response, 400, type);
        if (pointer != null) {
            assertThat(response.text("pointer")).isEqualTo(pointer);
        }
    }

    @Test
    void only_utf_8_is_read() {
        String body = "{\"timeout\":\"PT1S\"}";
        for (var charset : new java.nio.charset.Charset[] {
            StandardCharsets.UTF_16, StandardCharsets.UTF_16LE, StandardCharsets.UTF_16BE
        }) {
            assertProblem(http.post("/v1/transactions", body.getBytes(charset)), 400, "malformed-request");
        }
        assertProblem(
                http.post("/v1/transactions", new byte[] {'{', '"', (byte) 0xc3, '"', '}'}), 400, "malformed-request");
        assertProblem(
                http.post("/v1/transactions", body, "Content-Type", "application/json;charset=utf-16"),
                415,
                "unsupported-media-type");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "text/plain",
                "application/xml",
                "application/x-www-form-urlencoded",
                "multipart/form-data; boundary=x",
                "application/json+x",
                "*/*",
                "json",
                "application/json;charset=nothing",
                "application/*",
                "application/json, application/json",
                "/json",
                ";"
            })
    void only_json_is_read(String contentType) {
        assertProblem(
                http.post("/v1/transactions", "{\"timeout\":\"PT1S\"}", "Content-Type", contentType),
                415,
                "unsupported-media-type");
    }

    @Test
    void a_body_is_neither_compressed_nor_of_two_media_types() throws IOException {
        Http.Response compressed = http.post("/v1/transactions", "{\"timeout\":\"PT1S\"}", "Content-Encoding", "gzip");
        assertProblem(compressed, 415, "unsupported-media-type");
        assertThat(compressed.text("pointer")).isEqualTo("Content-Encoding");
        assertProblem(
                http.raw(head("POST", "/v1/transactions") + "Content-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}"),
                415,
                "unsupported-media-type");
    }

    @ParameterizedTest
    @ValueSource(strings = {"PUT", "PATCH", "DELETE"})
    void a_form_is_nothing_that_is_read(String method) throws IOException {
        assertProblem(
                http.raw(method + " " + TX + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                        + "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 5\r\n\r\na=%zz"),
                405,
                "method-not-allowed");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"wait=-1", "wait=1.5", "wait=x", "wait=", "wait", "wait=9999999999", "respond-async, wait=zz"})
    void a_preference_that_is_none_is_told(String preference) {
        Http.Response response = http.post(TX + "/commit", "{}", "Prefer", preference);

        assertProblem(response, 400, "invalid-value");
        assertThat(response.text("pointer")).isEqualTo("Prefer");
    }

    @Test
    void a_body_without_a_media_type_is_refused() throws IOException {
        assertProblem(
                http.raw(
                        "POST /v1/transactions HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}"),
                415,
                "unsupported-media-type");
    }

    @Test
    void only_json_is_offered() {
        assertProblem(
                http.send(HttpRequest.newBuilder(http.uri(TX)).header("Accept", "text/html")), 406, "not-acceptable");
        assertProblem(
                http.post("/v1/transactions", "{\"timeout\":\"PT1S\"}", "Accept", "application/xml"),
                406,
                "not-acceptable");
        assertProblem(http.send(HttpRequest.newBuilder(http.uri(TX)).header("Accept", "x")), 406, "not-acceptable");
    }

    @Test
    void bodies_are_bounded_per_call() {
        String large = "{\"name\":\"" + "n".repeat(70_000) + "\"}";

        for (String path :
                new String[] {"/v1/transactions", TX + "/branches", TX + "/commit", TX + "/rollback", TX + "/resolution"
                }) {
            assertProblem(http.post(path, large), 413, "payload-too-large");
        }
        assertProblem(http.post("/v1/commits", " ".repeat(3_000_000)), 413, "payload-too-large");
        assertProblem(http.post("/v1/inquiries", " ".repeat(600_000)), 413, "payload-too-large");
        // 70,000 bytes are within the limit of a batch: it is read, and then found wrong.
        assertProblem(http.post("/v1/commits", large), 400, "malformed-request");
    }

    @Test
    void a_body_of_unknown_length_is_bounded_as_well() throws IOException {
        String chunk = "10000\r\n" + " ".repeat(0x10000) + "\r\n";

        assertProblem(
                http.raw(head("POST", "/v1/transactions") + "Transfer-Encoding: chunked\r\n\r\n" + chunk + chunk
                        + "0\r\n\r\n"),
                413,
                "payload-too-large");
    }

    @Test
    void a_truncated_body_is_malformed() throws IOException {
        assertProblem(
                http.raw(head("POST", "/v1/transactions") + "Content-Length: 100\r\n\r\n{\"timeout\":"),
                400,
                "malformed-request");
        assertProblem(
                http.raw(head("POST", "/v1/transactions") + "Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n"),
                400,
                "malformed-request");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v1/transactions/x",
                "/v1/transactions/0199A1B2-7C3D-7E4F-8A5B-6C7D8E9F0A1B",
                "/v1/transactions/0199a1b2-7c3d-1e4f-8a5b-6c7d8e9f0a1b"
            })
    void an_id_has_one_form(String path) {
        Http.Response response = http.get(path);

        assertProblem(response, 400, "invalid-value");
        assertThat(response.text("pointer")).isEqualTo("id");
        assertProblem(http.post(path + "/commit", "{}"), 400, "invalid-value");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "state=DONE",
                "state=",
                "name=",
                "participant=Payment",
                "older-than=1m",
                "older-than=PT-1S",
                "limit=0",
                "limit=501",
                "limit=-1",
                "limit=1.5",
                "limit=%2B5",
                "limit=99999999999",
                "limit=",
                "cursor=",
                "cursor=abc",
                "cursor=../../etc/passwd",
                "state=active",
                "outcome=OK",
                "outcome=",
                "name=%00",
                "name=%0a",
                "participant=",
                "participant=%2e%2e",
                "older-than=",
                "older-than=P9999999D",
                "limit=0x10",
                "limit=NaN",
                "limit=1e1",
                "limit=%d9%a1"
            })
    void search_parameters_are_checked(String query) {
        Http.Response response = http.get("/v1/transactions?" + query);

        assertProblem(response, 400, "invalid-value");
        assertThat(response.text("pointer")).isEqualTo(query.substring(0, query.indexOf('=')));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "epoch=0",
                "epoch=-1",
                "epoch=two",
                "epoch=",
                "epoch=99999999999",
                "after=x",
                "after=",
                "limit=0",
                "limit=1001",
                "participant=",
                "participant=p",
                "participant==http://x/",
                "participant=P=http://x/",
                "participant=p=",
                "participant=p=http://x/&participant="
            })
    void parameters_of_a_reconciliation_are_checked(String query) {
        for (String path : new String[] {"/v1/log/reconciliation", "/v1/logs/main/reconciliation"}) {
            Http.Response response = http.get(path + "?" + query);

            assertProblem(response, 400, "invalid-value");
            assertThat(response.text("pointer")).isEqualTo(query.substring(0, query.indexOf('=')));
        }
    }

    @Test
    void an_address_of_a_participant_may_have_commas() {
        assertProblem(
                http.get("/v1/log/reconciliation?participant=p=http://x/a,q=http://elsewhere/"),
                400,
                "participant-not-allowed");
        Http.Response response = http.get("/v1/log/reconciliation?participant=p=http://x/a,q=http://x/");
        assertThat(response.status()).isEqualTo(200);
        assertThat(response.json().path("participants")).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "two", "2.0", "99999999999", "9999999999999999999999"})
    void an_epoch_is_a_number(String epoch) throws IOException {
        for (String log : new String[] {"/v1/log", "/v1/logs/main"}) {
            Http.Response response = http.post(log + "/epochs/" + epoch + "/completion", "{\"reason\":\"compared\"}");

            // A dot is in no path.
            assertProblem(
                    response, epoch.contains(".") ? 404 : 400, epoch.contains(".") ? "not-found" : "invalid-value");
        }
    }

    @Test
    void a_log_that_there_is_not_is_not_found() {
        assertProblem(http.get("/v1/logs/other"), 404, "not-found");
        assertProblem(http.get("/v1/logs/other/reconciliation"), 404, "not-found");
        assertProblem(http.post("/v1/logs/other/epochs", "{\"reason\":\"x\"}"), 404, "not-found");
        assertProblem(http.post("/v1/logs/other/epochs/2/completion", "{\"reason\":\"x\"}"), 404, "not-found");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v1/transactions/" + "0199a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b",
                "/v1/log",
                "/v1/logs",
                "/v1/logs/main",
                "/v1/log-status",
                "/v1/instance",
                "/v1/instances",
                "/v1/participants",
                "/v1/doctor"
            })
    void a_call_without_parameters_has_none(String path) {
        Http.Response response = http.get(path + "?verbose=1");

        assertProblem(response, 400, "unknown-field");
        assertThat(response.text("pointer")).isEqualTo("query");
    }

    @Test
    void unknown_repeated_and_broken_parameters_are_refused() throws IOException {
        assertProblem(http.get("/v1/transactions?stat=ACTIVE"), 400, "unknown-field");
        assertProblem(http.get("/v1/transactions?limit=1&limit=2"), 400, "duplicate-member");
        assertProblem(http.get(TX + "?verbose=true"), 400, "unknown-field");
        assertProblem(http.post(TX + "/commit?wait=5", "{}"), 400, "unknown-field");
        for (String query : new String[] {"limit=%zz", "name=%ff", "name=%c0%af", "name=%", "=x", "%=x"}) {
            assertProblem(http.raw(head("GET", "/v1/transactions?" + query) + "\r\n"), 400, "malformed-request");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/v1",
                "/v1/",
                "/v1/nothing",
                "/v2/transactions",
                "/error",
                "/index.html",
                "/v1/commits/1",
                "/v1/transactions/",
                "/v1/Transactions",
                "/v1/log/epochs/2",
                "/v1/logs/main/",
                "/v1/instance/stop",
                "/v1/doctor/log",
                "/.git/config",
                "/actuator/env",
                "/actuator/heapdump",
                "/v3/api-docs/none"
            })
    void an_unknown_path_is_a_problem(String path) {
        assertProblem(http.get(path), 404, "not-found");
    }

    @Test
    void paths_that_only_seem_to_name_something_are_refused() throws IOException {
        for (String path : new String[] {
            "/v1/transactions/%30199a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b", TX + "/%c3%a4", "/v1/logs/m%61in"
        }) {
            assertProblem(http.raw(head("GET", path) + "\r\n"), 404, "not-found");
        }
        for (String path : new String[] {
            TX + ";x=1",
            "/v1/x/../transactions",
            "/v1//transactions",
            "/v1/./transactions",
            "/v1/%2e%2e/v1/transactions",
            TX + "/.",
            TX + "/../x",
            "/v1/logs/main;jsessionid=1",
            "/v1/transactions/..%2f..%2fetc",
            "/v1/transactions/%5c",
            "/../../etc/passwd",
            TX + "%00",
            TX + "/%5c",
            TX + "/%zz",
            TX + "/%ff",
            TX + "\\x",
            TX + "/\u0000",
            TX + "/\u00e4",
            "/v1/logs/a%2fb",
            "/v1/logs/main%00"
        }) {
            assertProblem(http.raw(head("GET", path) + "\r\n"), 400, "malformed-request");
        }
    }

    @Test
    void wrong_methods_are_told_the_right_ones() throws IOException {
        Http.Response put = http.raw(head("PUT", TX) + "Content-Length: 0\r\n\r\n");
        assertProblem(put, 405, "method-not-allowed");
        assertThat(put.headers().get("Allow")).contains("GET");
        assertProblem(http.get(TX + "/commit"), 405, "method-not-allowed");
        assertProblem(http.raw(head("DELETE", TX) + "\r\n"), 405, "method-not-allowed");
        assertProblem(http.raw(head("PATCH", TX) + "Content-Length: 0\r\n\r\n"), 405, "method-not-allowed");
        assertProblem(http.raw(head("TRACE", TX) + "\r\n"), 405, "method-not-allowed");
        assertProblem(http.raw(head("FROBNICATE", TX) + "\r\n"), 405, "method-not-allowed");
        assertProblem(http.raw(head("get", TX) + "\r\n"), 405, "method-not-allowed");
        for (String path : new String[] {"/v1/commits", "/v1/inquiries", "/v1/instance/drain", "/v1/log/epochs"}) {
            assertProblem(http.get(path), 405, "method-not-allowed");
        }
        for (String path :
                new String[] {"/v1/log", "/v1/instance", "/v1/participants", "/v1/doctor", "/v1/logs/main"}) {
            assertProblem(http.post(path, "{}"), 405, "method-not-allowed");
        }
    }

    static Stream<Arguments> brokenHttp() {
        String get = "GET /v1/transactions/x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n";
        String post = "POST /v1/transactions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
        String chunked = post + "Transfer-Encoding: chunked\r\n\r\n";
        return Stream.of(
                arguments("GET\r\n\r\n", 400, "malformed-request"),
                arguments("\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc", 400, "malformed-request"),
                arguments("GET /v1/transactions?a=<b> HTTP/1.1\r\nHost: x\r\n\r\n", 400, "malformed-request"),
                arguments("GET /v1/trans actions HTTP/1.1\r\nHost: x\r\n\r\n", 400, "malformed-request"),
                arguments("GET /v1/transactions HTTP/1.1\r\n\r\n", 400, "malformed-request"),
                arguments("GET /v1/transactions HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400, "malformed-request"),
                arguments("GET /v1/transactions HTTP/1.1\r\nHost: a b\r\n\r\n", 400, "malformed-request"),
                arguments("GET /v1/transactions HTTP/1.1\r\nHost: [::1\r\n\r\n", 400, "malformed-request"),
                arguments("GET /v1/transactions HTTP/1.1\r\nHost: a/b\r\n\r\n", 400, "malformed-request"),
                arguments("GET http://other/v1/logs HTTP/1.1\r\nHost: x\r\n\r\n", 400, "malformed-request"),
                arguments("GET http:///v1/logs HTTP/1.1\r\nHost: x\r\n\r\n", 400, "malformed-request"),
                arguments("GET v1/logs HTTP/1.1\r\nHost: x\r\n\r\n", 400, "malformed-request"),
                arguments("G(T /v1/transactions HTTP/1.1\r\nHost: x\r\n\r\n", 400, "malformed-request"),
                arguments("GET /v1/transactions/x HTTP/1.0\r\n\r\n", 400, "invalid-value"),
                arguments("GET /v1/transactions/x HTTP/1.2\r\nHost: x\r\n\r\n", 400, "malformed-request"),
                arguments("GET /v1/transactions HTTP/9.9\r\nHost: x\r\n\r\n", 400, "malformed-request"),
                arguments("GET /v1/transactions HTTQ/1.1\r\nHost: x\r\n\r\n", 400, "malformed-request"),
                arguments("CONNECT x:1 HTTP/1.1\r\nHost: x:1\r\n\r\n", 405, "method-not-allowed"),
                arguments("CONNECT /v1/transactions HTTP/1.1\r\nHost: x\r\n\r\n", 405, "method-not-allowed"),
                arguments(get + "broken\r\n\r\n", 400, "malformed-request"),
                arguments(get + "X : a\r\n\r\n", 400, "malformed-request"),
                arguments(get + "X(: a\r\n\r\n", 400, "malformed-request"),
                arguments(get + ": a\r\n\r\n", 400, "malformed-request"),
                arguments(get + "X: a\u0000b\r\n\r\n", 400, "malformed-request"),
                arguments(get + "X: a\rb\r\n\r\n", 400, "malformed-request"),
                arguments(get + "X: a\u007fb\r\n\r\n", 400, "malformed-request"),
                arguments(get + "X: 1\r\n".repeat(200) + "\r\n", 431, "payload-too-large"),
                arguments(get + "X: " + "a".repeat(20_000) + "\r\n\r\n", 431, "payload-too-large"),
                arguments(get + ("X: " + "a".repeat(500) + "\r\n").repeat(30) + "\r\n", 431, "payload-too-large"),
                arguments(get + "X".repeat(20_000) + ": a\r\n\r\n", 431, "payload-too-large"),
                arguments("GET /v1/transactions/" + "a".repeat(10_000) + " HTTP/1.1\r\n\r\n", 414, "payload-too-large"),
                arguments(
                        "GET /v1/transactions?name=" + "a".repeat(10_000) + " HTTP/1.1\r\n\r\n",
                        414,
                        "payload-too-large"),
                arguments(post + "Content-Length: -5\r\n\r\n", 400, "malformed-request"),
                arguments(post + "Content-Length: five\r\n\r\n", 400, "malformed-request"),
                arguments(post + "Content-Length: 99999999999999999999\r\n\r\n", 400, "malformed-request"),
                arguments(post + "Content-Length: 9999999999\r\n\r\n", 413, "payload-too-large"),
                arguments(post + "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", 400, "malformed-request"),
                arguments(post + "Content-Length: 2, 2\r\n\r\n{}", 400, "malformed-request"),
                arguments(post + "Content-Length: 100\r\n\r\n{\"timeout\":", 400, "malformed-request"),
                arguments(post + "Transfer-Encoding: gzip\r\n\r\n{}", 400, "malformed-request"),
                arguments(post + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 400, "malformed-request"),
                arguments(post + "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n", 400, "malformed-request"),
                arguments(post + "Transfer-Encoding: \u000bchunked\r\n\r\n0\r\n\r\n", 400, "malformed-request"),
                arguments(
                        post + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                        400,
                        "malformed-request"),
                arguments(chunked + "zz\r\n{}\r\n0\r\n\r\n", 400, "malformed-request"),
                arguments(chunked + "-1\r\n{}\r\n0\r\n\r\n", 400, "malformed-request"),
                arguments(chunked + "ffffffffffffffffff\r\n{}\r\n0\r\n\r\n", 400, "malformed-request"),
                arguments(chunked + "5\r\n{}\r\n0\r\n\r\n", 400, "malformed-request"),
                arguments(chunked + "2;" + "a".repeat(20_000) + "\r\n{}\r\n0\r\n\r\n", 400, "malformed-request"),
                arguments(chunked + "2\r\n{}\r\n0\r\nX: " + "a".repeat(20_000) + "\r\n\r\n", 400, "malformed-request"),
                arguments(post + "Expect: nonsense\r\nContent-Length: 2\r\n\r\n{}", 417, "malformed-request"),
                arguments(get + "Cookie: \u0001=\u0002\r\n\r\n", 400, "malformed-request"));
    }

    @ParameterizedTest
    @MethodSource("brokenHttp")
    void what_the_container_refuses_is_a_problem_too(String request, int status, String type, CapturedOutput output)
            throws IOException {
        Http.Response response = http.raw(request);
        assertProblem(response, status, type);
        // Applications of other tests may still run in this process, and say what is wrong with them.
        assertThat(output.getAll().lines())
                .as("what any stranger could fill the log with")
                .noneMatch(line -> line.contains(" ERROR ")
                        && Stream.of("catalina", "coyote", "o.a.c.", "coordinator.web", "a.c.web.")
                                .anyMatch(line::contains));
        if (status == 414 || status == 431) {
            assertThat(response.text("detail")).contains("8192 bytes", "100 headers");
        }
    }

    private static String head(String method, String path) {
        return method + " " + path
                + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n";
    }

    private static void assertProblem(Http.Response response, int status, String type) {
        assertThat(response.status()).as(response.body()).isEqualTo(status);
        assertThat(response.contentType()).startsWith("application/problem+json");
        assertThat(response.text("type")).as(response.body()).isEqualTo("urn:assent:problem:" + type);
        assertRegistered(response);
    }

    private static void assertRegistered(Http.Response response) {
        assertThat(Arrays.stream(ProblemType.values()).map(ProblemType::uri)).contains(response.text("type"));
        assertThat(response.json().path("status").asInt()).isEqualTo(response.status());
        assertThat(response.body())
                .doesNotContain(
                        "Exception", "at io.", "io.assent.", "java.", "org.", "tools.jackson", "tomcat", "<html");
    }
}
