package io.assent.coordinator.management;

import io.assent.coordinator.engine.DecisionLogs;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.web.server.context.WebServerInitializedEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What there is to see of the whole service, and where to find it. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(EventLogProperties.class)
public class ManagementConfiguration {

    private static final Logger log = LoggerFactory.getLogger(ManagementConfiguration.class);

    @Bean
    ApplicationListener<WebServerInitializedEvent> addresses() {
        return event -> log.info(
                "API http://localhost:{0}/v1, console http://localhost:{0}/console, documentation http://localhost:{0}/swagger-ui.html, health http://localhost:{0}/actuator/health"
                        .replace("{0}", Integer.toString(event.getWebServer().getPort())));
    }

    /** An instance that can decide in one log stays ready: a log that is down shows here. */
    @Bean
    MeterBinder availabilityOfLogs(DecisionLogs logs) {
        return registry -> logs.logs()
                .forEach(log -> Gauge.builder("assent.log.available", logs, all -> available(all, log.name()))
                        .description("1 while this instance can decide in the log, else 0")
                        .tag("log", log.name())
                        .register(registry));
    }

    private static double available(DecisionLogs logs, String name) {
        return logs.logs().stream().anyMatch(log -> log.name().equals(name) && log.cannotDecide() == null) ? 1 : 0;
    }
}
