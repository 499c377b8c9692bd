package io.assent.coordinator.config;

import io.assent.coordinator.engine.DecisionLog;
import io.assent.coordinator.engine.EnginePorts;
import io.assent.coordinator.engine.EngineSettings;
import io.assent.coordinator.engine.LogLives;
import io.assent.coordinator.engine.ParticipantAddresses;
import io.assent.coordinator.engine.ParticipantBranches;
import io.assent.coordinator.engine.ParticipantClient;
import io.assent.coordinator.engine.RecoveryPass;
import io.assent.coordinator.engine.Scheduler;
import io.assent.coordinator.engine.TransactionCoordinator;
import io.assent.coordinator.engine.TransactionListener;
import io.assent.coordinator.log.DecisionLogConfiguration;
import io.assent.coordinator.log.LogSite;
import io.assent.coordinator.management.LogManagementConfiguration;
import io.assent.coordinator.reconciliation.Reconciliation;
import io.assent.coordinator.recovery.RecoveryConfiguration;
import io.assent.coordinator.tracing.TracingDecisionLog;
import io.assent.coordinator.tracing.TracingParticipantClient;
import io.assent.coordinator.tracing.TransactionTraces;
import java.time.InstantSource;
import java.util.random.RandomGenerator;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration;
import org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.boot.transaction.autoconfigure.TransactionManagerCustomizationAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/**
 * Everything that there is once for each decision log, from its connections to its engine and recovery: nothing in here is
 * shared between logs, no thread and no queue, so that one that hangs holds up its own transactions only.
 */
@Configuration(proxyBeanMethods = false)
@Import({DecisionLogConfiguration.class, RecoveryConfiguration.class, LogManagementConfiguration.class})
@ImportAutoConfiguration({
    FlywayAutoConfiguration.class,
    HibernateJpaAutoConfiguration.class,
    TransactionAutoConfiguration.class,
    TransactionManagerCustomizationAutoConfiguration.class
})
class LogConfiguration {

    @Bean(destroyMethod = "close")
    ExecutorScheduler scheduler() {
        return new ExecutorScheduler();
    }

    @Bean
    EnginePorts enginePorts(
            DecisionLog log,
            ParticipantClient participants,
            TransactionListener listener,
            Scheduler scheduler,
            InstantSource clock,
            RandomGenerator random,
            ObjectProvider<TransactionTraces> tracing) {
        TransactionTraces traces = tracing.getIfAvailable();
        return traces == null
                ? new EnginePorts(log, participants, listener, scheduler, clock, random)
                : new EnginePorts(
                        new TracingDecisionLog(log, traces),
                        new TracingParticipantClient(participants, traces),
                        listener,
                        scheduler,
                        clock,
                        random);
    }

    @Bean
    TransactionCoordinator coordinator(EnginePorts ports, EngineSettings settings) {
        return new TransactionCoordinator(ports, settings);
    }

    @Bean
    Reconciliation reconciliation(
            LogSite site,
            LogLives lives,
            DecisionLog log,
            ParticipantBranches participants,
            ParticipantAddresses addresses) {
        return new Reconciliation(lives, log, id -> site.ring().logOf(id).equals(site.name()), participants, addresses);
    }

    @Bean
    RecoveryPass recoveryPass(DecisionLog log, TransactionCoordinator coordinator, EngineSettings settings) {
        return new RecoveryPass(log, coordinator, settings);
    }
}
