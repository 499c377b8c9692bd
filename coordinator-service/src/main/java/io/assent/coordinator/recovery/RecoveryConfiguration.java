package io.assent.coordinator.recovery;

import io.assent.coordinator.engine.RecoveryPass;
import io.assent.coordinator.engine.Scheduler;
import io.assent.coordinator.engine.TransactionCoordinator;
import java.util.random.RandomGenerator;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;

/** Starts recovery when the service is ready, and ends it first of all when the service goes down. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(RecoveryProperties.class)
public class RecoveryConfiguration {

    /** Listens to the life of the application. */
    record Lifecycle(RecoverySchedule schedule) {

        @EventListener(ApplicationReadyEvent.class)
        void ready() {
            schedule.start();
        }

        @EventListener(ContextClosedEvent.class)
        void closed() {
            schedule.stop();
        }
    }

    @Bean
    RecoverySchedule recoverySchedule(
            RecoveryPass pass, Scheduler scheduler, RandomGenerator random, RecoveryProperties properties) {
        return new RecoverySchedule(pass::run, scheduler, random, properties);
    }

    @Bean
    HandOver handOver(TransactionCoordinator coordinator, RecoveryProperties properties) {
        return new HandOver(coordinator, properties.finishWithin());
    }

    @Bean
    Lifecycle recoveryLifecycle(RecoverySchedule schedule) {
        return new Lifecycle(schedule);
    }
}
