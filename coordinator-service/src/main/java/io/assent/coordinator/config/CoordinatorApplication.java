package io.assent.coordinator.config;

import io.assent.coordinator.log.DecisionLogConfiguration;
import io.assent.coordinator.management.ManagementConfiguration;
import io.assent.coordinator.recovery.RecoveryConfiguration;
import io.assent.coordinator.web.WebConfiguration;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Import;

/** The coordinator service. Its parts are named here instead of being scanned for, so that one can see what it is made of. */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import({
    DatabaseConfiguration.class,
    DecisionLogConfiguration.class,
    EngineConfiguration.class,
    ParticipantConfiguration.class,
    RecoveryConfiguration.class,
    ManagementConfiguration.class,
    WebConfiguration.class
})
public class CoordinatorApplication {

    public static void main(String[] args) {
        SpringApplication.run(CoordinatorApplication.class, args);
    }
}
