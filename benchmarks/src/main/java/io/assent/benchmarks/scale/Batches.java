package io.assent.benchmarks.scale;

import java.net.URI;
import java.util.List;
import org.springframework.web.client.RestClient;
import tools.jackson.databind.JsonNode;

/**
 * How decisions were written to the logs, by the coordinators' own count.
 *
 * @param statements that wrote them
 * @param decisions proposed in these
 */
record Batches(double statements, double decisions) {

    private static final String METRIC = "/actuator/metrics/assent.log.decision.batch";
    private static final RestClient HTTP = RestClient.create();

    /** Since these coordinators were started, in all of their logs together. */
    static Batches of(List<URI> coordinators) {
        double statements = 0;
        double decisions = 0;
        for (URI coordinator : coordinators) {
            JsonNode metric =
                    HTTP.get().uri(coordinator.resolve(METRIC)).retrieve().body(JsonNode.class);
            if (metric == null) {
                throw new IllegalStateException(coordinator + " does not tell how large its batches are");
            }
            statements += measured(metric, "COUNT");
            decisions += measured(metric, "TOTAL");
        }
        return new Batches(statements, decisions);
    }

    private static double measured(JsonNode metric, String statistic) {
        for (JsonNode measurement : metric.path("measurements")) {
            if (measurement.path("statistic").asString().equals(statistic)) {
                return measurement.path("value").asDouble();
            }
        }
        throw new IllegalStateException("There is no " + statistic + " in " + metric);
    }

    Batches minus(Batches earlier) {
        return new Batches(statements - earlier.statements, decisions - earlier.decisions);
    }

    /** Decisions in one statement; NaN: there was none. */
    double size() {
        return statements == 0 ? Double.NaN : decisions / statements;
    }
}
