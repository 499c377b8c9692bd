package io.assent.coordinator.operations;

import io.assent.coordinator.engine.DecisionLogs;
import io.assent.coordinator.engine.ParticipantList;
import io.assent.coordinator.engine.TransactionSearch;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Once for the service, over the ports of all its logs. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(BacklogProperties.class)
public class OperationsConfiguration {

    @Bean
    LogStatus logStatus(DecisionLogs logs, MeterRegistry registry) {
        return new LogStatus(logs, registry);
    }

    @Bean
    Audit audit() {
        return new Audit();
    }

    @Bean
    Rotation rotation(
            ApplicationContext service, Rotation.Takeovers takeovers, MeterRegistry registry, InstantSource clock) {
        return new Rotation(service, takeovers, registry, clock);
    }

    @Bean
    BacklogWatch backlogWatch(TransactionSearch search, InstantSource clock, BacklogProperties properties) {
        return new BacklogWatch(search, clock, properties);
    }

    @Bean
    Participants participantsSeen(ParticipantList called, TransactionSearch search) {
        return new Participants(called, search);
    }
}
