package io.assent.coordinator.management;

import io.assent.coordinator.engine.TransactionCoordinator;
import io.assent.coordinator.engine.TransactionListener;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.InstantSource;
import java.util.List;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Logs and metrics of the engine. */
@Configuration(proxyBeanMethods = false)
public class ManagementConfiguration {

    @Bean
    TransactionListener transactionListener(MeterRegistry registry, InstantSource clock) {
        return new Listeners(List.of(new LoggingListener(clock), new MetricsListener(registry)));
    }

    @Bean
    MeterBinder transactionsAtWork(TransactionCoordinator coordinator) {
        return registry -> {
            Gauge.builder("assent.in.flight", coordinator, TransactionCoordinator::inFlight)
                    .description("Transactions that this instance works on")
                    .register(registry);
            Gauge.builder("assent.redelivering", coordinator, TransactionCoordinator::redelivering)
                    .description("Decided transactions that wait here for a branch to acknowledge")
                    .register(registry);
        };
    }
}
