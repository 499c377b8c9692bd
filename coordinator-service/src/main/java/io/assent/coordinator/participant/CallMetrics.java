package io.assent.coordinator.participant;

import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * Times the messages to all participants together: names and addresses come from outside, and are no tags. Once for each
 * message, however much is in it. Thread-safe.
 */
final class CallMetrics {

    private static final Duration[] BUCKETS = {
        Duration.ofMillis(2),
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(25),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(250),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofSeconds(5)
    };

    private final Map<String, Timer> answered;
    private final Map<String, Timer> failed;
    private final DistributionSummary orders;

    CallMetrics(MeterRegistry registry) {
        answered = timers(registry, "answered");
        failed = timers(registry, "failed");
        orders = DistributionSummary.builder("assent.participant.orders.batch")
                .description("Orders in one message to a participant")
                .register(registry);
    }

    private static Map<String, Timer> timers(MeterRegistry registry, String result) {
        return List.of("prepare", "decisions").stream()
                .collect(Collectors.toUnmodifiableMap(
                        call -> "/" + call,
                        call -> Timer.builder("assent.participant.calls")
                                .description("Messages to participants, until the answer or the failure")
                                .tag("call", call)
                                .tag("result", result)
                                .serviceLevelObjectives(BUCKETS)
                                .register(registry)));
    }

    /**
     * A message was answered or has failed.
     *
     * @param path of the call
     * @param well whether the answer shows that the participant is well
     */
    void called(String path, boolean well, Duration took) {
        Objects.requireNonNull((well ? answered : failed).get(path), path).record(took);
    }

    /** A message with so many orders is sent. */
    void ordered(int size) {
        orders.record(size);
    }
}
