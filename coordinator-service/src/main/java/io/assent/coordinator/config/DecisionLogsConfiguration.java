package io.assent.coordinator.config;

import io.assent.coordinator.engine.InstanceList;
import io.assent.coordinator.engine.TransactionSearch;
import io.assent.coordinator.log.HeartbeatProperties;
import io.assent.coordinator.log.LogDatabase;
import io.assent.coordinator.log.LogProperties;
import io.assent.coordinator.log.ThisInstance;
import io.assent.coordinator.reconciliation.Reconciliation;
import io.assent.coordinator.reconciliation.Reconciliations;
import io.assent.coordinator.shard.ShardedCoordinator;
import io.assent.coordinator.shard.ShardedInstances;
import io.assent.coordinator.shard.ShardedSearch;
import io.assent.coordinator.shard.Shards;
import java.time.Duration;
import java.time.InstantSource;
import java.util.random.RandomGenerator;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.web.server.context.WebServerInitializedEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.core.env.Environment;

/** The decision logs, mostly one, and what leads to the right one. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties({LogProperties.class, HeartbeatProperties.class, ShardsProperties.class})
class DecisionLogsConfiguration {

    /** Recovery starts when the service is ready, and ends first of all when it goes down. */
    record Lifecycle(LogContexts logs) {

        @EventListener(ApplicationReadyEvent.class)
        void ready() {
            logs.recover();
        }

        @EventListener(ContextClosedEvent.class)
        void closed() {
            logs.recoverNoMore();
        }
    }

    @Bean
    LogSites logSites(ObjectProvider<LogDatabase> main, ShardsProperties shards, LogProperties log) {
        return LogSites.of(main.getIfAvailable(), shards, log);
    }

    @Bean
    Shards shards(LogSites sites) {
        return new Shards(sites.ring());
    }

    @Bean
    LogContexts logContexts(
            ConfigurableApplicationContext service,
            LogSites sites,
            Shards shards,
            LogProperties properties,
            ObjectProvider<LogContextCustomizer> customizers) {
        return new LogContexts(
                service, sites, shards, properties, customizers.orderedStream().toList());
    }

    @Bean
    Lifecycle recoveryLifecycle(LogContexts logs) {
        return new Lifecycle(logs);
    }

    @Bean
    ShardedCoordinator coordinator(
            Shards shards, HeartbeatProperties heartbeat, InstantSource clock, RandomGenerator random) {
        return new ShardedCoordinator(shards, heartbeat.overdueAfter(), clock, random);
    }

    /** As long as one log may take for a connection and a search. */
    @Bean(destroyMethod = "close")
    TransactionSearch transactionSearch(Shards shards, LogProperties log) {
        Duration patience = log.connectTimeout().plus(log.searchTimeout());
        return new ShardedSearch(shards, patience);
    }

    @Bean
    Reconciliations reconciliations(LogContexts logs, Shards shards) {
        return name -> {
            // Says so if it is not open.
            shards.lives(name);
            return logs.context(name).getBean(Reconciliation.class);
        };
    }

    @Bean
    InstanceList instanceList(Shards shards) {
        return new ShardedInstances(shards);
    }

    @Bean
    HealthIndicator decisionLogHealthIndicator(LogContexts logs, Shards shards) {
        return new DecisionLogsHealthIndicator(logs, shards);
    }

    @Bean
    ThisInstance thisInstance() {
        return ThisInstance.started();
    }

    /** Where the other instances, and people, find this one. */
    @Bean
    ApplicationListener<WebServerInitializedEvent> instanceAddress(ThisInstance instance, Environment environment) {
        return event -> {
            if (event.getApplicationContext().getServerNamespace() == null) {
                instance.listens(
                        environment.getProperty("server.address", ThisInstance.hostAddress()),
                        event.getWebServer().getPort());
            }
        };
    }
}
