package io.assent.coordinator.management;

import io.assent.coordinator.engine.TransactionCoordinator;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;

/** Gauges of one engine; gone with it, so that another one for the same log can have them. */
final class TransactionsAtWork implements AutoCloseable {

    private final MeterRegistry registry;
    private final List<Gauge> gauges;

    /** @param log the name of the log that the transactions are in */
    TransactionsAtWork(MeterRegistry registry, TransactionCoordinator coordinator, String log) {
        this.registry = registry;
        this.gauges = List.of(
                Gauge.builder("assent.in.flight", coordinator, TransactionCoordinator::inFlight)
                        .description("Transactions that this instance works on")
                        .tag("log", log)
                        .register(registry),
                Gauge.builder("assent.undecided", coordinator, TransactionCoordinator::undecided)
                        .description("Commit and begin requests that have no decision yet")
                        .tag("log", log)
                        .register(registry),
                Gauge.builder("assent.redelivering", coordinator, TransactionCoordinator::redelivering)
                        .description("Decided transactions that wait here for a branch to acknowledge")
                        .tag("log", log)
                        .register(registry));
    }

    @Override
    public void close() {
        gauges.forEach(registry::remove);
    }
}
