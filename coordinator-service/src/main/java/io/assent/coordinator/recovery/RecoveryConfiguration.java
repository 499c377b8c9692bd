package io.assent.coordinator.recovery;

import io.assent.coordinator.engine.RecoveryPass;
import io.assent.coordinator.engine.Scheduler;
import io.assent.coordinator.engine.TransactionCoordinator;
import java.util.random.RandomGenerator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Recovery of one log. It is started when the service is ready, and ended first of all when the service goes down. */
@Configuration(proxyBeanMethods = false)
public class RecoveryConfiguration {

    @Bean
    Recovery recovery(RecoveryPass pass, Scheduler scheduler, RandomGenerator random, RecoveryProperties properties) {
        return new RecoverySchedule(pass::run, scheduler, random, properties);
    }

    @Bean
    HandOver handOver(TransactionCoordinator coordinator, RecoveryProperties properties) {
        return new HandOver(coordinator, properties.finishWithin());
    }
}
