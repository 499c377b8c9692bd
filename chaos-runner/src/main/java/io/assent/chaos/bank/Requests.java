package io.assent.chaos.bank;

import io.assent.chaos.checker.Reply;
import io.assent.chaos.checker.Told;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** HTTP as the clients speak it: nothing is ever sent twice by itself. Thread-safe. */
final class Requests {

    private static final String PREFIX = "urn:assent:problem:";
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(1);
    /** Longer than a bank waits for the others, also when one of them is paused. */
    private static final Duration TIMEOUT = Duration.ofSeconds(25);

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT_TIMEOUT)
            .build();

    /**
     * What arrived.
     *
     * @param status 0: nothing did
     * @param body empty if it is not JSON
     * @param failure why nothing arrived
     * @param unsent whether the request has certainly reached nobody
     */
    record Answer(int status, JsonNode body, @Nullable String failure, boolean unsent) {

        boolean successful() {
            return status >= 200 && status < 300;
        }

        /** The problem's type without its prefix. */
        @Nullable
        String problem() {
            String type = body.path("type").asString("");
            return status >= 400 && type.startsWith(PREFIX) ? type.substring(PREFIX.length()) : null;
        }

        @Nullable
        String text(String member) {
            JsonNode node = body.get(member);
            return node == null || node.isNull() ? null : node.asString();
        }

        Reply reply(String request, long at, @Nullable String transaction, Told told) {
            String detail = failure != null ? failure : text("detail");
            return new Reply(request, at, status, problem(), transaction, told, null, detail);
        }
    }

    /** @param header a further header's name and value */
    Answer send(String method, String url, @Nullable Object body, Map<String, String> header) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url)).timeout(TIMEOUT);
        header.forEach(request::header);
        if (body == null) {
            request.method(method, HttpRequest.BodyPublishers.noBody());
        } else {
            request.header("Content-Type", "application/json")
                    .method(method, HttpRequest.BodyPublishers.ofString(JsonLines.JSON.writeValueAsString(body)));
        }
        try {
            HttpResponse<String> response = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
            return new Answer(response.statusCode(), json(response.body()), null, false);
        } catch (ConnectException | HttpConnectTimeoutException e) {
            return new Answer(0, json(""), String.valueOf(e), true);
        } catch (IOException e) {
            return new Answer(0, json(""), String.valueOf(e), false);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Answer(0, json(""), "interrupted", false);
        }
    }

    private static JsonNode json(String text) {
        try {
            return text.isBlank() ? JsonLines.JSON.createObjectNode() : JsonLines.JSON.readTree(text);
        } catch (JacksonException e) {
            return JsonLines.JSON.createObjectNode();
        }
    }
}
