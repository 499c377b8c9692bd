package io.assent.coordinator.config;

import io.assent.coordinator.engine.EngineSettings;
import io.assent.coordinator.log.LogProperties;
import io.assent.coordinator.recovery.RecoveryProperties;
import io.assent.coordinator.web.ApiLimits;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.random.RandomGenerator;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What the engines of all logs share: time and randomness come in here and nowhere else. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties({EngineProperties.class, RecoveryProperties.class, LogProperties.class})
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

    @Bean
    EngineSettings engineSettings(EngineProperties engine, LogProperties log, RecoveryProperties recovery) {
        return engine.settings(log.maxBranches(), log.longestLifetime(), recovery.batch(), recovery.lease());
    }

    @Bean
    ApiLimits apiLimits(EngineSettings settings) {
        return new ApiLimits(settings.longestLifetime());
    }
}
