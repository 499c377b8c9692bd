package io.assent.benchmarks.checkout;

import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.web.client.RestClient;
import tools.jackson.databind.JsonNode;

/** Asks Spring Boot applications how many HTTP requests they have served. Thread-safe. */
final class RequestCounts {

    private static final String METRIC = "/actuator/metrics/http.server.requests";

    private final RestClient http = RestClient.create();

    /**
     * Of all of these together, the questions that this asks included: one each time for each of them.
     *
     * @param key sent to each; null: none
     */
    double total(List<URI> applications, @Nullable String key) {
        return applications.stream()
                .mapToDouble(application -> of(application, key))
                .sum();
    }

    private double of(URI application, @Nullable String key) {
        JsonNode metric = http.get()
                .uri(application.resolve(METRIC))
                .headers(headers -> {
                    if (key != null) {
                        headers.setBearerAuth(key);
                    }
                })
                .retrieve()
                .body(JsonNode.class);
        if (metric != null) {
            for (JsonNode measurement : metric.path("measurements")) {
                if (measurement.path("statistic").asString().equals("COUNT")) {
                    return measurement.path("value").asDouble();
                }
            }
        }
        throw new IllegalStateException(application + " does not tell how many requests it has served: " + metric);
    }
}
