package io.assent.participant.autoconfigure;

import io.assent.participant.engine.BranchResource;
import io.assent.participant.engine.BranchResourceException;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Shows how many branches are in doubt; only where health is there. In doubt is not unhealthy, an unreachable database is. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnClass(HealthIndicator.class)
class HealthConfiguration {

    @Bean
    HealthIndicator assentBranchesHealthIndicator(BranchResource resource) {
        return () -> {
            try {
                BranchResource.InDoubt inDoubt = resource.inDoubt();
                return Health.up()
                        .withDetail("prepared", inDoubt.count())
                        .withDetail("oldest", inDoubt.oldest().toString())
                        .build();
            } catch (BranchResourceException e) {
                return Health.down(e).build();
            }
        };
    }
}
