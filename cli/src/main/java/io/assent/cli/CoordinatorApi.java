package io.assent.cli;

import io.assent.protocol.wire.ResolutionRequest;
import io.assent.protocol.wire.WireJson;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Calls of the REST API. Answers are trees, so that an older program shows what a newer coordinator tells. */
final class CoordinatorApi {

    private static final JsonMapper JSON = JsonMapper.shared();

    private final HttpClient http;
    private final URI base;
    private final @Nullable String key;
    private final Duration timeout;

    /**
     * @param key sent with every request; null: none is sent
     * @param timeout how long each answer is waited for
     */
    CoordinatorApi(URI base, @Nullable String key, Duration timeout) {
        this.base = base;
        this.key = key;
        this.timeout = timeout;
        this.http = HttpClient.newBuilder()
                .connectTimeout(timeout)
                .version(HttpClient.Version.HTTP_1_1)
                .build();
    }

    /**
     * @param path with query, beginning with a slash
     * @throws CoordinatorException if there is no answer, or one that is no success
     */
    JsonNode get(String path) {
        return get(path, Set.of());
    }

    /** @param expected further statuses whose body is an answer as well */
    JsonNode get(String path, Set<Integer> expected) {
        return send(request(path).GET().build(), expected);
    }

    /** @throws CoordinatorException if there is no answer, or one that is no success */
    JsonNode post(String path, String reason) {
        String body = WireJson.strict().writeValueAsString(new ResolutionRequest(reason));
        return send(
                request(path)
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                Set.of());
    }

    /** A query of the parameters that have a value. */
    static String query(Map<String, String> parameters) {
        String query = parameters.entrySet().stream()
                .filter(parameter -> !parameter.getValue().isEmpty())
                .map(parameter -> parameter.getKey() + "=" + encoded(parameter.getValue()))
                .collect(Collectors.joining("&"));
        return query.isEmpty() ? "" : "?" + query;
    }

    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private HttpRequest.Builder request(String path) {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create(base.toString().replaceFirst("/+$", "") + path))
                .timeout(timeout)
                .header("Accept", "application/json, application/problem+json");
        return key == null ? request : request.header("Authorization", "Bearer " + key);
    }

    private JsonNode send(HttpRequest request, Set<Integer> expected) {
        HttpResponse<String> response = response(request);
        JsonNode body;
        try {
            body = JSON.readTree(response.body());
        } catch (JacksonException e) {
            throw new CoordinatorException(base + " is no coordinator: it answered "
                    + request.uri().getPath() + " with status " + response.statusCode() + " and no JSON.");
        }
        if (response.statusCode() / 100 != 2 && !expected.contains(response.statusCode())) {
            String title = body.path("title").asString("");
            String detail = body.path("detail").asString("");
            throw new CoordinatorException("The coordinator refused with status " + response.statusCode()
                    + (title.isEmpty() ? "" : ": " + title)
                    + (detail.isEmpty() ? "" : ". " + detail)
                    + (response.statusCode() == 401
                            ? ". Say who you are: --key-file FILE, or the environment variable ASSENT_KEY."
                            : ""));
        }
        return body;
    }

    private HttpResponse<String> response(HttpRequest request) {
        try {
            return http.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (HttpTimeoutException e) {
            throw new CoordinatorException(
                    "No answer from " + base + " within " + timeout.toSeconds() + " s. See --timeout.");
        } catch (ConnectException e) {
            throw new CoordinatorException(
                    "Nobody listens at " + base
                            + ". Say where a coordinator is: --coordinator URL, or the environment variable ASSENT_COORDINATOR.");
        } catch (IOException e) {
            throw new CoordinatorException("The connection to " + base + " failed: " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CoordinatorException("Interrupted.");
        }
    }
}
