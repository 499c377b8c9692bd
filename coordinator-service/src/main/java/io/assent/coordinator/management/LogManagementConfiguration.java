package io.assent.coordinator.management;

import io.assent.coordinator.engine.TransactionCoordinator;
import io.assent.coordinator.engine.TransactionListener;
import io.assent.coordinator.log.LogSite;
import io.assent.coordinator.tracing.TracingListener;
import io.assent.coordinator.tracing.TransactionTraces;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Logs, metrics and traces of the engine of one decision log. */
@Configuration(proxyBeanMethods = false)
public class LogManagementConfiguration {

    @Bean
    TransactionListener transactionListener(
            MeterRegistry registry,
            InstantSource clock,
            EventLogProperties properties,
            LogSite site,
            ObjectProvider<TransactionTraces> tracing) {
        List<TransactionListener> listeners = new ArrayList<>();
        listeners.add(new LoggingListener(clock, properties));
        listeners.add(new MetricsListener(registry, site.name()));
        tracing.ifAvailable(traces -> listeners.add(new TracingListener(traces)));
        return new Listeners(listeners);
    }

    @Bean(destroyMethod = "close")
    TransactionsAtWork transactionsAtWork(MeterRegistry registry, TransactionCoordinator coordinator, LogSite site) {
        return new TransactionsAtWork(registry, coordinator, site.name());
    }
}
