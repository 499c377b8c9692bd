package io.assent.coordinator.web;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Requests made from an OpenAPI document: some as it says, most of them spoilt in one to three ways. The same source of
 * randomness gives the same request. Thread-safe.
 */
final class GeneratedRequests {

    /** What the document says of one method at one path. */
    record Operation(String method, String path, JsonNode described) {

        @Override
        public String toString() {
            return method + " " + path;
        }
    }

    /**
     * What goes over the wire.
     *
     * @param operation that answers it; null: it has another method or path, so that none does
     * @param method as it is sent
     * @param bytes all of it
     */
    record Request(Operation operation, String method, byte[] bytes) {

        @Override
        public String toString() {
            String text = new String(bytes, StandardCharsets.ISO_8859_1);
            return text.length() > 4_000 ? text.substring(0, 4_000) + "…" : text;
        }
    }

    private static final JsonMapper JSON = new JsonMapper();

    private static final List<String> ODD = List.of(
            "null",
            "true",
            "false",
            "0",
            "-1",
            "5",
            "1.9",
            "1e999",
            "-1e999",
            "1e-999",
            "1e999999999",
            "NaN",
            "Infinity",
            "01",
            "+1",
            ".5",
            "9223372036854775808",
            "9".repeat(31),
            "9".repeat(40),
            "[]",
            "{}",
            "[null]",
            "[[]]",
            "[{}]",
            "\"\"",
            "\"5\"",
            "\" \"",
            "\"null\"",
            "\"\\u0000\"",
            "\"a\\u0000b\"",
            "\"\\ud800\"",
            "\"a\\udc00b\"",
            "\"\\uffff\"",
            "\"\\u202e\"",
            "\"\\u2028\"",
            "\"\\ud83d\\ude00\"",
            "\"\u00e4\u4e16\"",
            "\"\u0000\"",
            "\"\n\"",
            "\"\\n\"",
            "\"..\"",
            "\"../../etc/passwd\"",
            "\"%2f\"",
            "\"'; drop table x; --\"",
            "\"<html>\"",
            "\"${jndi:ldap://x/}\"",
            "\"PT-1S\"",
            "\"PT0S\"",
            "\"PT99999999999999H\"",
            "\"PT99999999999999999999S\"",
            "\"P1Y\"",
            "\"2026-13-01T00:00:00Z\"",
            "\"+999999999-12-31T23:59:59Z\"",
            "\"0000-01-01T00:00:00Z\"",
            "\"2026-01-31T12:00:00+01:00\"",
            "\"abc",
            "\"\\x\"",
            "'x'",
            "{\"a\":1,\"a\":2}",
            "{\"\":\"\"}",
            "\"0199A1B2-7C3D-7E4F-8A5B-6C7D8E9F0A1B\"",
            "\"0199a1b2-7c3d-1e4f-8a5b-6c7d8e9f0a1b\"",
            "\"http://elsewhere/\"",
            "\"http://user:pw@x/\"",
            "\"file:///etc/passwd\"",
            "\"" + "x".repeat(600) + "\"",
            "\"" + "x".repeat(10_000) + "\"",
            "\"" + "x".repeat(70_000) + "\"",
            "[".repeat(12) + "]".repeat(12),
            "[".repeat(500) + "]".repeat(500),
            "{\"a\":".repeat(500) + "1" + "}".repeat(500));

    private static final List<String> ODD_NAMES = List.of(
            "",
            " ",
            "__proto__",
            "class",
            "@type",
            "\\u0000",
            "\\ud800",
            "a/b~c",
            "\u00e4",
            "x".repeat(200),
            "$ref",
            "reason ");

    private static final List<String> ODD_SEGMENTS = List.of(
            "x",
            "0",
            "-1",
            "2",
            "99999999999",
            "..",
            ".",
            "%2e%2e",
            "%2f",
            "%5c",
            "%00",
            "%zz",
            "%",
            "%ff",
            "%c3%a4",
            ";x=1",
            "main;x=1",
            "a%2fb",
            "\\",
            "\u00e4",
            "<x>",
            "0199A1B2-7C3D-7E4F-8A5B-6C7D8E9F0A1B",
            "a".repeat(300),
            "a".repeat(9_000),
            "main.",
            "~",
            "+",
            "*",
            "{id}",
            "null",
            "m%61in");

    private static final List<String> ODD_QUERIES = List.of(
            "x=1",
            "=",
            "=x",
            "&&&",
            "%zz=1",
            "limit=%zz",
            "limit",
            "limit=",
            "limit=1&limit=2",
            "limit=0",
            "limit=-1",
            "limit=501",
            "limit=1.5",
            "limit=1e2",
            "limit=%00",
            "limit=99999999999",
            "cursor=x",
            "cursor=%ff",
            "name=%c0%af",
            "name=%e4%b8%96",
            "name=" + "n".repeat(200),
            "name=" + "n".repeat(9_000),
            "state=",
            "state=active",
            "state=ACTIVE&state=ACTIVE",
            "outcome=x",
            "older-than=5",
            "older-than=PT-1S",
            "participant=",
            "participant=P",
            "participant=p=http://elsewhere/",
            "participant=p=http://x/",
            "participant=a=b,c=d",
            "epoch=0",
            "epoch=x",
            "epoch=7",
            "after=x",
            "a".repeat(3) + "&".repeat(2_000),
            "id=0199a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b",
            "[]=1",
            "limit[]=1",
            "verbose");

    private static final List<String> ODD_HEADERS = List.of(
            "Content-Type: text/plain",
            "Content-Type: */*",
            "Content-Type: application/*",
            "Content-Type: ;",
            "Content-Type:",
            "Content-Type: application/json;charset=utf-16",
            "Content-Type: application/json;charset=nothing",
            "Content-Type: application/json; charset=UTF-8",
            "Content-Type: APPLICATION/JSON",
            "Content-Type: multipart/form-data",
            "Content-Type: multipart/form-data; boundary=x",
            "Content-Type: application/x-www-form-urlencoded",
            "Content-Type: application/problem+json",
            "Accept: text/html",
            "Accept: */*",
            "Accept: application/json",
            "Accept: ;;",
            "Accept: application/json;q=x",
            "Accept: a/b,".repeat(900),
            "Accept: text/event-stream",
            "Prefer: wait=-1",
            "Prefer: wait=0",
            "Prefer: wait=x",
            "Prefer: wait=99999999999",
            "Prefer: respond-async",
            "Prefer: ;;,=,\"",
            "Content-Encoding: gzip",
            "Content-Encoding: identity",
            "Expect: 100-continue",
            "Expect: nonsense",
            "X: a\u0000b",
            "X: a\u00ffb",
            "X: \u007f",
            "X : a",
            "X(: a",
            "broken",
            ": x",
            "X: " + "a".repeat(9_000),
            "Y".repeat(9_000) + ": x",
            "Cookie: \u0001=\u0002",
            "Cookie: " + "a=b; ".repeat(500),
            "Authorization: Basic %%%",
            "Authorization: Bearer x",
            "Host: elsewhere",
            "Host: a b",
            "traceparent: 00-zz",
            "traceparent: " + "0".repeat(500),
            "baggage: =,;,\u00ff",
            "Assent-Traces: ,,,x",
            "X-Forwarded-For: '\"",
            "X-Forwarded-Proto: x\u00ff",
            "X-Forwarded-Port: zz",
            "Forwarded: for=;;",
            "X-HTTP-Method-Override: DELETE",
            "Origin: http://elsewhere",
            "Range: bytes=9-1",
            "If-Match: x",
            "If-None-Match: *",
            "If-Modified-Since: x",
            "Upgrade: h2c",
            "Accept-Language: \u00ff;q=9",
            "Accept-Charset: utf-16",
            "Accept-Encoding: gzip",
            "Access-Control-Request-Method: DELETE",
            "Content-Range: bytes x",
            "TE: trailers");

    private static final List<String> METHODS = List.of(
            "GET",
            "POST",
            "PUT",
            "DELETE",
            "PATCH",
            "HEAD",
            "OPTIONS",
            "TRACE",
            "CONNECT",
            "FOO",
            "get",
            "G\u00e4T",
            "POST ");

    private final JsonNode api;
    private final List<Operation> operations = new ArrayList<>();
    /** By the name of a member or parameter: what the document's examples have there. */
    private final Map<String, List<String>> examples = new LinkedHashMap<>();

    GeneratedRequests(JsonNode api) {
        this.api = api;
        api.path("paths")
                .properties()
                .forEach(path -> path.getValue()
                        .properties()
                        .forEach(call -> operations.add(new Operation(
                                call.getKey().toUpperCase(java.util.Locale.ROOT), path.getKey(), call.getValue()))));
        for (Operation operation : operations) {
            bodies(operation).forEach(body -> collect("", body));
            operation.described().path("parameters").forEach(parameter -> {
                if (parameter.has("example")) {
                    example(
                            parameter.path("name").asString(),
                            '"' + parameter.path("example").asString() + '"');
                }
            });
        }
        // The document has no examples of these.
        example("epoch", "\"2\"");
        example("limit", "\"7\"");
        example("after", "\"" + Records.ID + "\"");
        example("cursor", "\"" + Records.ID + "\"");
    }

    List<Operation> operations() {
        return operations;
    }

    /** @param headers goes into every request after its own headers */
    Request next(Random random, String headers) {
        return new Making(random).request(operations.get(random.nextInt(operations.size())), headers);
    }

    private List<JsonNode> bodies(Operation operation) {
        List<JsonNode> bodies = new ArrayList<>();
        content(operation)
                .path("examples")
                .forEach(example ->
                        bodies.add(JSON.readTree(example.path("value").asString())));
        return bodies;
    }

    private static JsonNode content(Operation operation) {
        return operation.described().path("requestBody").path("content").path("application/json");
    }

    private void collect(String name, JsonNode node) {
        if (node.isObject()) {
            node.properties().forEach(member -> collect(member.getKey(), member.getValue()));
        } else if (node.isArray()) {
            node.forEach(item -> collect(name, item));
        } else {
            example(name, node.toString());
        }
    }

    private void example(String name, String text) {
        examples.computeIfAbsent(name, any -> new ArrayList<>()).add(text);
    }

    /** A piece of JSON that need not be well-formed. */
    private static final class Json {

        String text;
        List<Member> members;

        record Member(String name, Json value) {}

        static Json of(String text) {
            Json json = new Json();
            json.text = text;
            return json;
        }

        /** Of an array; the members of one have no names. */
        static Json object() {
            Json json = new Json();
            json.members = new ArrayList<>();
            return json;
        }

        static Json of(JsonNode node) {
            if (!node.isObject() && !node.isArray()) {
                return of(node.toString());
            }
            Json json = object();
            if (node.isArray()) {
                node.forEach(item -> json.members.add(new Member(null, of(item))));
                json.text = "[";
            } else {
                node.properties()
                        .forEach(member -> json.members.add(new Member(member.getKey(), of(member.getValue()))));
            }
            return json;
        }

        void all(List<Json> found) {
            if (members != null) {
                found.add(this);
                members.forEach(member -> member.value().all(found));
            }
        }

        void write(StringBuilder out) {
            if (members == null) {
                out.append(text);
                return;
            }
            boolean array = text != null;
            out.append(array ? '[' : '{');
            for (int i = 0; i < members.size(); i++) {
                out.append(i == 0 ? "" : ",");
                if (!array) {
                    out.append('"').append(members.get(i).name()).append("\":");
                }
                members.get(i).value().write(out);
            }
            out.append(array ? ']' : '}');
        }
    }

    /** One request in the making. */
    private final class Making {

        private final Random random;
        private String method;
        private boolean elsewhere;
        private final List<String> segments = new ArrayList<>();
        private final List<String> query = new ArrayList<>();
        private final List<String> headers = new ArrayList<>(List.of("Host: localhost"));
        private Json body;
        private final List<UnaryOperator<byte[]>> spoilt = new ArrayList<>();
        private boolean chunked;

        Making(Random random) {
            this.random = random;
        }

        private <T> T one(List<T> list) {
            return list.get(random.nextInt(list.size()));
        }

        private boolean in(int percent) {
            return random.nextInt(100) < percent;
        }

        Request request(Operation operation, String more) {
            asDescribed(operation);
            int times = in(15) ? 0 : 1 + random.nextInt(3);
            for (int i = 0; i < times; i++) {
                spoil();
            }
            byte[] content = new byte[0];
            if (body != null) {
                StringBuilder text = new StringBuilder();
                body.write(text);
                content = text.toString().getBytes(StandardCharsets.UTF_8);
                for (UnaryOperator<byte[]> way : spoilt) {
                    content = way.apply(content);
                }
            }
            return new Request(elsewhere ? null : operation, method.trim(), bytes(content, more));
        }

        private void asDescribed(Operation operation) {
            method = operation.method();
            for (String segment : operation.path().substring(1).split("/")) {
                segments.add(segment.startsWith("{") ? plain(segment.substring(1, segment.length() - 1)) : segment);
            }
            operation.described().path("parameters").forEach(parameter -> {
                String name = parameter.path("name").asString();
                boolean asked = in(30);
                if (asked && parameter.path("in").asString().equals("query")) {
                    query.add(name + "=" + parameter(name, parameter.path("schema")));
                } else if (asked && parameter.path("in").asString().equals("header")) {
                    headers.add(name + ": " + plain(name));
                }
            });
            if (operation.described().has("requestBody")) {
                headers.add("Content-Type: application/json");
                List<JsonNode> bodies = bodies(operation);
                body = in(50)
                        ? Json.of(one(bodies))
                        : described("", content(operation).path("schema"));
            }
        }

        private String parameter(String name, JsonNode schema) {
            if (schema.has("enum")) {
                return schema.path("enum")
                        .get(random.nextInt(schema.path("enum").size()))
                        .asString();
            }
            return plain(name);
        }

        private String plain(String name) {
            String text = one(examples.getOrDefault(name, List.of("\"x\"")));
            return text.startsWith("\"") ? text.substring(1, text.length() - 1) : text;
        }

        private Json described(String name, JsonNode schema) {
            JsonNode resolved = resolve(schema);
            if (resolved.has("oneOf")) {
                return described(
                        name,
                        resolved.path("oneOf")
                                .get(random.nextInt(resolved.path("oneOf").size())));
            }
            if (resolved.has("properties")) {
                Json object = Json.object();
                resolved.path("properties").properties().forEach(property -> {
                    if (in(80)) {
                        object.members.add(
                                new Json.Member(property.getKey(), described(property.getKey(), property.getValue())));
                    }
                });
                return object;
            }
            if (resolved.path("type").asString().equals("array")) {
                Json array = Json.object();
                array.text = "[";
                int size = in(2) ? 300 : random.nextInt(4);
                for (int i = 0; i < size; i++) {
                    array.members.add(new Json.Member(null, described(name, resolved.path("items"))));
                }
                return array;
            }
            return Json.of(in(5) ? one(ODD) : one(examples.getOrDefault(name, List.of("\"1\"", "\"x\""))));
        }

        private void spoil() {
            int way = random.nextInt(100);
            if (body != null && way < 50) {
                member();
            } else if (body != null && way < 65) {
                spoilt.add(bytes());
            } else if (way < 75) {
                header();
            } else if (way < 80) {
                method = one(METHODS);
                elsewhere = true;
            } else if (way < 88) {
                segments.set(random.nextInt(segments.size()), one(ODD_SEGMENTS));
                elsewhere = true;
            } else if (way < 97) {
                query.add(in(10) ? odd(40).replaceAll("[ #\r\n]", "") : one(ODD_QUERIES));
            } else {
                chunked = !chunked;
            }
        }

        private void header() {
            if (in(20)) {
                headers.removeIf(header -> header.startsWith("Content-Type"));
            }
            String header = in(10) ? "X-Odd: " + odd(40).replaceAll("[\r\n]", "") : one(ODD_HEADERS);
            if (in(70)) {
                String name = header.split(":", 2)[0];
                headers.removeIf(given -> given.startsWith(name + ":"));
            }
            headers.add(header);
        }

        private void member() {
            List<Json> objects = new ArrayList<>();
            body.all(objects);
            if (objects.isEmpty() || in(4)) {
                body = Json.of(one(ODD));
                return;
            }
            Json object = one(objects);
            if (object.members.isEmpty() || in(15)) {
                String name = in(50) ? one(ODD_NAMES) : "later";
                object.members.add(new Json.Member(name, Json.of(one(ODD))));
                return;
            }
            int at = random.nextInt(object.members.size());
            Json.Member member = object.members.get(at);
            switch (random.nextInt(7)) {
                case 0 -> object.members.remove(at);
                case 1 -> object.members.add(member);
                case 2 -> object.members.add(new Json.Member(member.name(), Json.of(one(ODD))));
                case 3 -> object.members.set(at, new Json.Member(one(ODD_NAMES), member.value()));
                case 4 -> {
                    int depth = in(50) ? 1 : random.nextInt(40);
                    StringBuilder nested = new StringBuilder("[".repeat(depth));
                    member.value().write(nested);
                    object.members.set(
                            at,
                            new Json.Member(
                                    member.name(),
                                    Json.of(nested.append("]".repeat(depth)).toString())));
                }
                case 5 ->
                    object.members.set(at, new Json.Member(member.name(), Json.of(JSON.writeValueAsString(odd(20)))));
                default -> object.members.set(at, new Json.Member(member.name(), Json.of(one(ODD))));
            }
        }

        private String odd(int longest) {
            StringBuilder text = new StringBuilder();
            int length = 1 + random.nextInt(longest);
            for (int i = 0; i < length; i++) {
                text.append((char) (in(50) ? 32 + random.nextInt(95) : random.nextInt(256)));
            }
            return text.toString();
        }

        private UnaryOperator<byte[]> bytes() {
            int way = random.nextInt(9);
            int value = random.nextInt(256);
            double where = random.nextDouble();
            return content -> {
                int at = (int) (where * content.length);
                return switch (way) {
                    case 0 -> Arrays.copyOf(content, at);
                    case 1 -> content.length == 0 ? content : with(content, at, (byte) value);
                    case 2 -> content.length == 0 ? content : with(content, at, (byte) (content[at] ^ 1 << value % 8));
                    case 3 -> joined(Arrays.copyOf(content, at), new byte[] {(byte) value}, tail(content, at));
                    case 4 ->
                        new String(content, StandardCharsets.UTF_8)
                                .getBytes(value % 2 == 0 ? StandardCharsets.UTF_16 : StandardCharsets.UTF_16LE);
                    case 5 -> joined(new byte[] {(byte) 0xef, (byte) 0xbb, (byte) 0xbf}, content);
                    case 6 -> joined(content, content);
                    case 7 -> new byte[0];
                    default -> joined(content, new byte[] {(byte) value});
                };
            };
        }

        private byte[] bytes(byte[] content, String more) {
            StringBuilder head = new StringBuilder()
                    .append(method)
                    .append(" /")
                    .append(String.join("/", segments))
                    .append(query.isEmpty() ? "" : "?")
                    .append(String.join("&", query))
                    .append(" HTTP/1.1\r\n");
            headers.forEach(header -> head.append(header).append("\r\n"));
            head.append(more);
            if (chunked && content.length > 0) {
                head.append("Transfer-Encoding: chunked\r\n\r\n");
                int first = 1 + random.nextInt(content.length);
                return joined(
                        latin(head.toString()),
                        chunk(Arrays.copyOf(content, first)),
                        first == content.length ? new byte[0] : chunk(tail(content, first)),
                        latin("0\r\n\r\n"));
            }
            if (body != null || content.length > 0) {
                head.append("Content-Length: ").append(content.length).append("\r\n");
            }
            return joined(latin(head.append("\r\n").toString()), content);
        }
    }

    private JsonNode resolve(JsonNode schema) {
        return schema.has("$ref") ? api.at(schema.path("$ref").asString().substring(1)) : schema;
    }

    private static byte[] chunk(byte[] content) {
        return joined(latin(Integer.toHexString(content.length) + "\r\n"), content, latin("\r\n"));
    }

    private static byte[] latin(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] with(byte[] content, int at, byte value) {
        byte[] changed = content.clone();
        changed[at] = value;
        return changed;
    }

    private static byte[] tail(byte[] content, int from) {
        return Arrays.copyOfRange(content, from, content.length);
    }

    private static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }
}
