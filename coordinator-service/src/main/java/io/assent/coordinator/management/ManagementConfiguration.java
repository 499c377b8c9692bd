package io.assent.coordinator.management;

import io.assent.coordinator.engine.TransactionCoordinator;
import io.assent.coordinator.engine.TransactionListener;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.InstantSource;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.web.server.context.WebServerInitializedEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Logs and metrics of the engine, and where to find the service. */
@Configuration(proxyBeanMethods = false)
public class ManagementConfiguration {

    private static final Logger log = LoggerFactory.getLogger(ManagementConfiguration.class);

    @Bean
    TransactionListener transactionListener(MeterRegistry registry, InstantSource clock) {
        return new Listeners(List.of(new LoggingListener(clock), new MetricsListener(registry)));
    }

    @Bean
    ApplicationListener<WebServerInitializedEvent> addresses() {
        return event -> log.info(
                "API http://localhost:{0}/v1, documentation http://localhost:{0}/swagger-ui.html, health http://localhost:{0}/actuator/health"
                        .replace("{0}", Integer.toString(event.getWebServer().getPort())));
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
