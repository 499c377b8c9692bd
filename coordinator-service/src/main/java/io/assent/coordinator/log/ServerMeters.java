package io.assent.coordinator.log;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;

/** What is seen of the server of one log; gone with the log, so that another one of this name can have them. */
final class ServerMeters implements AutoCloseable {

    private final MeterRegistry registry;
    private final List<Meter> meters;

    /** @param log its name */
    ServerMeters(MeterRegistry registry, ConnectionVerifier verifier, String log) {
        this.registry = registry;
        this.meters = List.of(
                Gauge.builder("assent.log.held", verifier, v -> v.epochs().held() == null ? 0 : 1)
                        .description(
                                "1 while transactions are held because the log was restored, or may have been; else 0")
                        .tag("log", log)
                        .register(registry),
                FunctionCounter.builder("assent.log.failovers", verifier, ConnectionVerifier::failovers)
                        .description("How often this instance has found another server to be the primary")
                        .tag("log", log)
                        .register(registry));
    }

    @Override
    public void close() {
        meters.forEach(registry::remove);
    }
}
