package io.assent.participant.client;

import io.assent.protocol.wire.WireJson;
import java.io.IOException;
import java.net.URI;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestClientException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * Looks whether one address of the coordinator answers, for people. Changes nothing there, and no circuit breaker here.
 * Thread-safe.
 */
public final class CoordinatorProbe {

    private static final int MAX_ANSWER_BYTES = 1 << 20;

    private static final String STRANGER =
            "it answered 200 with something else than a list of instances, so it is no coordinator";

    private final RestClient http;

    /**
     * What an address answered.
     *
     * @param problem why it is none; null: it is a coordinator
     * @param stranger whether it does not know who asks
     * @param versions of the instances that run; empty if it does not tell
     */
    public record Seen(@Nullable String problem, boolean stranger, Set<String> versions) {

        static Seen no(String problem) {
            return new Seen(problem, false, Set.of());
        }
    }

    /** @param http with timeouts, without automatic retries or redirects */
    public CoordinatorProbe(RestClient http) {
        this.http = http;
    }

    /**
     * Asks one address. Total: every failure is a value.
     *
     * @param url without {@code /v1}
     */
    public Seen look(URI url) {
        try {
            Seen seen = http.get()
                    .uri(URI.create(url + "/v1/instances"))
                    .accept(MediaType.APPLICATION_JSON, MediaType.APPLICATION_PROBLEM_JSON)
                    .exchange((request, response) -> seen(
                            response.getStatusCode().value(), response.getBody().readNBytes(MAX_ANSWER_BYTES)));
            return seen == null ? Seen.no("it did not answer") : seen;
        } catch (RestClientException e) {
            Throwable cause = e.getMostSpecificCause();
            return Seen.no(cause instanceof IOException ? "it cannot be reached: " + cause : String.valueOf(cause));
        }
    }

    private static Seen seen(int status, byte[] body) {
        if (status == 401) {
            return new Seen(null, true, Set.of());
        }
        if (status != 200) {
            // Who may not ask for the instances, or asks one that is too old to know, has reached a coordinator.
            return status >= 400 && status < 500 ? new Seen(null, false, Set.of()) : Seen.no("it answered " + status);
        }
        try {
            JsonNode answer = WireJson.tolerant().readTree(body);
            JsonNode items = answer == null ? null : answer.get("items");
            return items == null || !items.isArray() ? Seen.no(STRANGER) : new Seen(null, false, versions(items));
        } catch (JacksonException e) {
            return Seen.no(STRANGER);
        }
    }

    /** Member by member: an instance of another version may say less. */
    private static Set<String> versions(JsonNode instances) {
        Set<String> versions = new TreeSet<>();
        for (JsonNode instance : instances) {
            if (instance.path("alive").asBoolean(false)
                    && instance.path("version").isString()) {
                versions.add(instance.path("version").stringValue());
            }
        }
        return versions;
    }
}
