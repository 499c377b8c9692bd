package io.assent.benchmarks.checkout;

import io.assent.benchmarks.system.BenchSystem;
import io.assent.benchmarks.system.MeasuredService;
import io.assent.benchmarks.system.TraceReceiver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** With traces, exported to the runner, which drops them. */
final class Traced implements Variant {

    /** Spans are exported every five seconds. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** What may be taken for impossible. */
    private static final double BY_CHANCE = 1e-9;

    private final String suffix;
    private final double probability;

    private Traced(String suffix, double probability) {
        this.suffix = suffix;
        this.probability = probability;
    }

    /** With Spring Boot's default, given nevertheless: a report must not mean something else with another Boot. */
    static Traced asByDefault() {
        return new Traced("traced", 0.1);
    }

    static Traced all() {
        return new Traced("traced-all", 1);
    }

    @Override
    public String suffix() {
        return suffix;
    }

    @Override
    public String description() {
        return "with traces of all its processes, exported over OTLP; sampling probability " + probability;
    }

    @Override
    public Setting prepare(BenchSystem system, Workload workload) {
        TraceReceiver receiver = TraceReceiver.start();
        system.onClose(receiver::close);
        return new On(receiver, workload, probability);
    }

    private record On(TraceReceiver receiver, Workload workload, double probability) implements Setting {

        @Override
        public Map<String, String> service(String process) {
            Map<String, String> environment = new LinkedHashMap<>(coordinator(process));
            // Without this profile the measured services do not load their tracer.
            environment.put("SPRING_PROFILES_ACTIVE", "traced");
            return environment;
        }

        @Override
        public Map<String, String> coordinator(String process) {
            return Map.of(
                    "MANAGEMENT_OPENTELEMETRY_TRACING_EXPORT_OTLP_ENDPOINT",
                    receiver.endpoint(process).toString(),
                    "MANAGEMENT_TRACING_SAMPLING_PROBABILITY",
                    Double.toString(probability));
        }

        @Override
        public List<String> conclude(
                @Nullable MeasuredService coordinator, List<MeasuredService> services, long committed)
                throws InterruptedException {
            List<MeasuredService> exporting = new ArrayList<>(services);
            if (coordinator != null && workload.branches() > 1) {
                // A checkout in one database commits locally, and the coordinator does not hear of it.
                exporting.add(coordinator);
            }
            List<String> processes =
                    exporting.stream().map(service -> service.process().name()).toList();
            // Of a few checkouts it may be that none was chosen.
            boolean expected = Math.pow(1 - probability, committed) < BY_CHANCE;
            return List.of(arrived(receiver, processes, expected, PATIENCE));
        }
    }

    /**
     * Tells how much these processes have exported.
     *
     * @param expected whether each must have exported something; then this waits for it
     * @param patience how long, for each
     * @return in a sentence
     * @throws IllegalStateException if one has not for so long
     */
    static String arrived(TraceReceiver receiver, List<String> processes, boolean expected, Duration patience)
            throws InterruptedException {
        List<String> seen = new ArrayList<>();
        for (String process : processes) {
            if (expected && !receiver.awaitFirst(process, patience)) {
                throw new IllegalStateException("No trace of " + process + " has arrived, " + patience.toSeconds()
                        + " s after the last checkout");
            }
            TraceReceiver.Received received = receiver.received(process);
            seen.add(String.format(
                    Locale.ROOT, "%d (%d kB) of %s", received.messages(), received.bytes() / 1000, process));
        }
        return "Messages with traces that have arrived: " + String.join(", ", seen) + ".";
    }
}
