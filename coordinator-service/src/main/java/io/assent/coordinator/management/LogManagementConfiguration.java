package io.assent.coordinator.management;

import io.assent.coordinator.engine.TransactionCoordinator;
import io.assent.coordinator.engine.TransactionListener;
import io.assent.coordinator.log.LogSite;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import java.util.List;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Logs and metrics of the engine of one decision log. */
@Configuration(proxyBeanMethods = false)
public class LogManagementConfiguration {

    @Bean
    TransactionListener transactionListener(MeterRegistry registry, InstantSource clock, LogSite site) {
        return new Listeners(List.of(new LoggingListener(clock), new MetricsListener(registry, site.name())));
    }

    @Bean(destroyMethod = "close")
    TransactionsAtWork transactionsAtWork(MeterRegistry registry, TransactionCoordinator coordinator, LogSite site) {
        return new TransactionsAtWork(registry, coordinator, site.name());
    }
}
