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
import io.assent.coordinator.log.LogProperties;
import io.assent.coordinator.reconciliation.Reconciliation;
import io.assent.coordinator.recovery.RecoveryProperties;
import io.assent.coordinator.web.ApiLimits;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.random.RandomGenerator;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Puts the engine together: time, randomness and threads come in here and nowhere else. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties({EngineProperties.class, RecoveryProperties.class})
class EngineConfiguration {

    @Bean
    InstantSource clock() {
        return InstantSource.system();
    }

    /** Ids must not be guessable: whoever knows one may roll it back. */
    @Bean
    RandomGenerator random() {
        return new SecureRandom();
    }

    @Bean(destroyMethod = "close")
    ExecutorScheduler scheduler() {
        return new ExecutorScheduler();
    }

    @Bean
    EngineSettings engineSettings(EngineProperties engine, LogProperties log, RecoveryProperties recovery) {
        return engine.settings(log.maxBranches(), log.longestLifetime(), recovery.batch(), recovery.lease());
    }

    @Bean
    ApiLimits apiLimits(EngineSettings settings) {
        return new ApiLimits(settings.longestLifetime());
    }

    @Bean
    EnginePorts enginePorts(
            DecisionLog log,
            ParticipantClient participants,
            TransactionListener listener,
            Scheduler scheduler,
            InstantSource clock,
            RandomGenerator random) {
        return new EnginePorts(log, participants, listener, scheduler, clock, random);
    }

    @Bean
    TransactionCoordinator coordinator(EnginePorts ports, EngineSettings settings) {
        return new TransactionCoordinator(ports, settings);
    }

    @Bean
    Reconciliation reconciliation(
            LogLives lives, DecisionLog log, ParticipantBranches participants, ParticipantAddresses addresses) {
        return new Reconciliation(lives, log, participants, addresses);
    }

    @Bean
    RecoveryPass recoveryPass(DecisionLog log, TransactionCoordinator coordinator, EngineSettings settings) {
        return new RecoveryPass(log, coordinator, settings);
    }
}
