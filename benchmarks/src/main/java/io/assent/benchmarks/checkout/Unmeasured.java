package io.assent.benchmarks.checkout;

import io.assent.benchmarks.system.BenchSystem;
import io.assent.benchmarks.system.MeasuredService;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.springframework.web.client.RestClient;
import tools.jackson.databind.JsonNode;

/** Assent without its metrics. Those of Spring Boot and of the JVM stay. */
final class Unmeasured implements Variant {

    @Override
    public String suffix() {
        return "unmeasured";
    }

    @Override
    public String description() {
        return "without Assent's metrics: management.metrics.enable.assent=false in the coordinator and the services";
    }

    @Override
    public Setting prepare(BenchSystem system, Workload workload) {
        return new Off();
    }

    private static final class Off implements Setting {

        private static final Map<String, String> ENVIRONMENT = Map.of("MANAGEMENT_METRICS_ENABLE_ASSENT", "false");

        @Override
        public Map<String, String> service(String process) {
            return ENVIRONMENT;
        }

        @Override
        public Map<String, String> coordinator(String process) {
            return ENVIRONMENT;
        }

        @Override
        public List<String> conclude(
                @Nullable MeasuredService coordinator, List<MeasuredService> services, long committed) {
            Stream.concat(Stream.ofNullable(coordinator), services.stream())
                    .map(MeasuredService::url)
                    .forEach(Unmeasured::verify);
            return List.of();
        }
    }

    /** @throws IllegalStateException if this Spring Boot application has metrics of Assent, or does not tell which it has */
    static void verify(URI application) {
        JsonNode metrics = RestClient.create()
                .get()
                .uri(application.resolve("/actuator/metrics"))
                .retrieve()
                .body(JsonNode.class);
        if (metrics == null || metrics.path("names").isEmpty()) {
            throw new IllegalStateException(application + " does not tell its metrics: " + metrics);
        }
        List<String> kept = StreamSupport.stream(metrics.path("names").spliterator(), false)
                .map(JsonNode::asString)
                .filter(name -> name.startsWith("assent."))
                .toList();
        if (!kept.isEmpty()) {
            throw new IllegalStateException(application + " has metrics of Assent, which are switched off: " + kept);
        }
    }
}
