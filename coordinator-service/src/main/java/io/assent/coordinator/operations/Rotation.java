package io.assent.coordinator.operations;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.context.ApplicationContext;

/**
 * Whether this instance is in rotation. One that an operator drains is not ready, so that whoever spreads the load leaves
 * it out, and takes over nothing that others have left behind. It goes on answering whoever asks, and finishes what it
 * has. Thread-safe.
 */
public final class Rotation {

    private static final Logger log = LoggerFactory.getLogger(Rotation.class);

    private final ApplicationContext service;
    private final Takeovers takeovers;
    private final MeterRegistry registry;
    private final InstantSource clock;
    private @Nullable Instant drainedAt;
    private @Nullable String reason;

    /** Port: recovery passes over all logs. */
    public interface Takeovers {

        /** Begins, or begins again; does nothing if they run. */
        void recover();

        /** No pass begins after this. What one has taken over goes on. */
        void recoverNoMore();
    }

    /**
     * What there is to tell.
     *
     * @param state {@code ACCEPTING} or {@code DRAINING}
     * @param since RFC 3339; when it was drained; null: it is not
     * @param reason that the operator gave; null: it is not drained
     * @param inFlight transactions that the instance works on now
     */
    public record View(
            String state, @Nullable String since, @Nullable String reason, long inFlight) {}

    public Rotation(ApplicationContext service, Takeovers takeovers, MeterRegistry registry, InstantSource clock) {
        this.service = service;
        this.takeovers = takeovers;
        this.registry = registry;
        this.clock = clock;
    }

    public synchronized View view() {
        return new View(
                drainedAt == null ? "ACCEPTING" : "DRAINING",
                drainedAt == null ? null : drainedAt.toString(),
                reason,
                inFlight());
    }

    /** Out of rotation; does nothing if it is out already. */
    public synchronized View drain(String why) {
        if (drainedAt == null) {
            drainedAt = clock.instant();
            reason = why;
            takeovers.recoverNoMore();
            AvailabilityChangeEvent.publish(service, ReadinessState.REFUSING_TRAFFIC);
            log.info("This instance is drained: it is not ready, takes nothing over, and finishes what it has.");
        }
        return view();
    }

    /** Back into rotation; does nothing if it is in. */
    public synchronized View resume() {
        if (drainedAt != null) {
            drainedAt = null;
            reason = null;
            takeovers.recover();
            AvailabilityChangeEvent.publish(service, ReadinessState.ACCEPTING_TRAFFIC);
            log.info("This instance is in rotation again.");
        }
        return view();
    }

    private long inFlight() {
        return Math.round(registry.find("assent.in.flight").gauges().stream()
                .mapToDouble(Gauge::value)
                .filter(Double::isFinite)
                .sum());
    }
}
