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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;

/**
 * Goal: bad input is answered with a registered problem that points at what is wrong, and nothing is done. Method: a
 * catalogue, over a real port and, where a client library would not send it, over a raw socket.
 */
@WebTest
class BadInputTests {

    private static final String TX = "/v1/transactions/" + Records.ID;

    @Autowired
    FakeCoordinator coordinator;

    @LocalServerPort
    int port;

    Http http;

    @BeforeEach
    void start() {
        coordinator.reset();
        http = new Http(port);
    }

    @AfterEach
    void nothing_was_done() {
        assertThat(coordinator.asked).isEmpty();
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
                        "/branches"));
    }

    private static String timed(String members) {
        return "{\"timeout\":\"PT1S\"," + members + "}";
    }

    private static String branch(String members) {
        return "{\"participant\":\"p\",\"ref\":\"assent:p:1\"," + members + "}";
    }

    @ParameterizedTest
    @MethodSource("bodies")
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
                "application/json;charset=nothing"
            })
    void only_json_is_read(String contentType) {
        assertProblem(
                http.post("/v1/transactions", "{\"timeout\":\"PT1S\"}", "Content-Type", contentType),
                415,
                "unsupported-media-type");
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
                "cursor=../../etc/passwd"
            })
    void search_parameters_are_checked(String query) {
        Http.Response response = http.get("/v1/transactions?" + query);

        assertProblem(response, 400, "invalid-value");
        assertThat(response.text("pointer")).isEqualTo(query.substring(0, query.indexOf('=')));
    }

    @Test
    void unknown_repeated_and_broken_parameters_are_refused() throws IOException {
        assertProblem(http.get("/v1/transactions?stat=ACTIVE"), 400, "unknown-field");
        assertProblem(http.get("/v1/transactions?limit=1&limit=2"), 400, "duplicate-member");
        assertProblem(http.get(TX + "?verbose=true"), 400, "unknown-field");
        assertProblem(http.post(TX + "/commit?wait=5", "{}"), 400, "unknown-field");
        assertProblem(http.raw(head("GET", "/v1/transactions?limit=%zz") + "\r\n"), 400, "malformed-request");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/", "/v1", "/v1/", "/v1/nothing", "/v2/transactions", "/error", "/index.html", "/v1/commits/1"})
    void an_unknown_path_is_a_problem(String path) {
        assertProblem(http.get(path), 404, "not-found");
    }

    @Test
    void paths_that_only_seem_to_name_something_are_refused() throws IOException {
        for (String path : new String[] {
            TX + ";x=1",
            "/v1/x/../transactions",
            "/v1//transactions",
            "/v1/transactions/..%2f..%2fetc",
            "/v1/transactions/%5c",
            "/../../etc/passwd"
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
    }

    static Stream<Arguments> brokenHttp() {
        return Stream.of(
                arguments("GET\r\n\r\n", 400),
                arguments("GET /v1/transactions?a=<b> HTTP/1.1\r\nHost: x\r\n\r\n", 400),
                arguments("GET /v1/trans actions HTTP/1.1\r\nHost: x\r\n\r\n", 400),
                arguments("GET /v1/transactions HTTP/1.1\r\n\r\n", 400),
                arguments("GET /v1/transactions HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
                arguments("GET /v1/transactions HTTP/1.1\r\nHost: a b\r\n\r\n", 400),
                arguments("GET /v1/transactions HTTP/1.1\r\nHost: x\r\nbroken\r\n\r\n", 400),
                arguments("GET /v1/transactions HTTP/9.9\r\nHost: x\r\n\r\n", 505),
                arguments("POST /v1/transactions HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n", 400),
                arguments(
                        "POST /v1/transactions HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
                        400),
                arguments("POST /v1/transactions HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n{}", 501),
                arguments("GET /v1/transactions/" + "a".repeat(10_000) + " HTTP/1.1\r\nHost: x\r\n\r\n", 400),
                arguments("GET /v1/transactions HTTP/1.1\r\nHost: x\r\nX: " + "a".repeat(20_000) + "\r\n\r\n", 400));
    }

    @ParameterizedTest
    @MethodSource("brokenHttp")
    void what_the_container_refuses_is_a_problem_too(String request, int status) throws IOException {
        Http.Response response = http.raw(request);

        assertThat(response.status()).isEqualTo(status);
        assertThat(response.contentType()).startsWith("application/problem+json");
        assertRegistered(response);
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
                .doesNotContain("Exception")
                .doesNotContain("at io.")
                .doesNotContain("tomcat");
    }
}
