package io.assent.coordinator.log;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;

/** Whether transactions of one log are held; gone with it, so that another one of this name can have it. */
final class HeldGauge implements AutoCloseable {

    private final MeterRegistry registry;
    private final Gauge gauge;

    /** @param log its name */
    HeldGauge(MeterRegistry registry, ConnectionVerifier verifier, String log) {
        this.registry = registry;
        this.gauge = Gauge.builder("assent.log.held", verifier, v -> v.epochs().held() == null ? 0 : 1)
                .description("1 while transactions are held because the log was restored, or may have been; else 0")
                .tag("log", log)
                .register(registry);
    }

    @Override
    public void close() {
        registry.remove(gauge);
    }
}
