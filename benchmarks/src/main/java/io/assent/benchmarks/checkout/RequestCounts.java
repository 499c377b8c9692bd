package io.assent.benchmarks.checkout;

import java.net.URI;
import java.util.List;
import org.springframework.web.client.RestClient;
import tools.jackson.databind.JsonNode;

/** Asks Spring Boot applications how many HTTP requests they have served. Thread-safe. */
final class RequestCounts {

    private static final String METRIC = "/actuator/metrics/http.server.requests";

    private final RestClient http = RestClient.create();

    /** Of all of these together, the questions that this asks included: one each time for each of them. */
    double total(List<URI> applications) {
        return applications.stream().mapToDouble(this::of).sum();
    }

    private double of(URI application) {
        JsonNode metric = http.get().uri(application.resolve(METRIC)).retrieve().body(JsonNode.class);
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
