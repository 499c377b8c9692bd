package io.assent.coordinator.doctor;

import io.assent.coordinator.engine.DecisionLogs;
import io.assent.coordinator.engine.InstanceList;
import io.assent.coordinator.engine.ParticipantList;
import io.assent.coordinator.engine.TransactionSearch;
import io.assent.coordinator.security.SecuritySettings;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Once for the service, over the ports of all its logs. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(DoctorProperties.class)
public class DoctorConfiguration {

    @Bean(destroyMethod = "close")
    Doctor doctor(
            DecisionLogs logs,
            InstanceList instances,
            ParticipantList participants,
            TransactionSearch search,
            InstantSource clock,
            SecuritySettings security,
            DoctorProperties properties) {
        List<Check> checks = new ArrayList<>(LogChecks.of(logs));
        checks.addAll(WorkChecks.of(instances, participants, search, clock));
        checks.addAll(SecurityChecks.of(security));
        return new Doctor(checks, properties.timeout());
    }
}
