package io.assent.coordinator.log;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.assent.coordinator.engine.DecisionLog;
import io.assent.coordinator.engine.LogLives;
import io.assent.coordinator.engine.LogVitals;
import io.assent.coordinator.engine.ParticipantAddresses;
import io.assent.coordinator.engine.TransactionSearch;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.persistence.EntityManager;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.persistence.autoconfigure.EntityScan;
import org.springframework.boot.sql.init.dependency.DependsOnDatabaseInitialization;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.data.jpa.repository.config.EnableJpaRepositories;
import org.springframework.transaction.PlatformTransactionManager;

/**
 * Wires one decision log: from a {@link LogSite} to a {@link DecisionLog} and a {@link TransactionSearch}. The pool is the
 * {@link DataSource} of its context, so that migrations and searches as well go to a verified primary only (L4, L6). Without
 * a {@link LogSite}, it is the only log, in a {@link LogDatabase}.
 */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties({LogProperties.class, HeartbeatProperties.class})
@EntityScan(basePackageClasses = TransactionEntity.class)
@EnableJpaRepositories(basePackageClasses = TransactionEntityRepository.class)
@Import(MigrationConfiguration.class)
public class DecisionLogConfiguration {

    private static final Logger log = LoggerFactory.getLogger(DecisionLogConfiguration.class);

    private static final String PARTITIONS = "assent-partitions";

    private static final String SINGLE =
            "The decision log is on one server (assent.coordinator.log.mode=single): when its"
                    + " disk is lost, decisions that services were told are lost with it, and what they have prepared must be"
                    + " ended by hand. Mode replicated keeps every decision on a standby as well.";

    @Bean
    @ConditionalOnMissingBean
    LogSite decisionLogSite(LogDatabase database, LogProperties properties) {
        return LogSite.alone(database, properties);
    }

    @Bean
    @ConditionalOnMissingBean
    ThisInstance thisInstance() {
        return ThisInstance.started();
    }

    @Bean
    ConnectionVerifier decisionLogConnectionVerifier(LogProperties properties, LogSite site) {
        return new ConnectionVerifier(properties, site);
    }

    @Bean
    LogOpening decisionLogOpening(ConnectionVerifier verifier, DataSource dataSource, Availability availability) {
        return new LogOpening(verifier, dataSource, availability);
    }

    @Bean
    LogConnections decisionLogConnections(LogSite site, LogProperties properties, ConnectionVerifier verifier) {
        return new LogConnections(site.database(), properties, verifier);
    }

    @Bean
    HikariDataSource dataSource(
            LogConnections connections,
            LogProperties properties,
            HeartbeatProperties heartbeat,
            LogSite site,
            MeterRegistry registry)
            throws SQLException {
        if (properties.mode() == LogProperties.Mode.REPLICATED) {
            // Before the schema is migrated, which would wait for the standby without a word.
            StartBarrier.pass(connections.named("assent-start"), connections.verifier(), heartbeat.startWait());
        } else {
            log.warn("{}", SINGLE);
        }
        HikariDataSource pool = pool(connections, properties, "assent-log-" + site.name());
        pool.setMetricRegistry(registry);
        return pool;
    }

    @Bean
    LogMetrics decisionLogMetrics(MeterRegistry registry, LogSite site) {
        return LogMetrics.in(registry, site.name());
    }

    @Bean(destroyMethod = "close")
    ServerMeters decisionLogServerMeters(MeterRegistry registry, ConnectionVerifier verifier, LogSite site) {
        return new ServerMeters(registry, verifier, site.name());
    }

    @Bean
    Availability decisionLogAvailability(HeartbeatProperties heartbeat) {
        return new Availability(heartbeat.overdueAfter(), System::nanoTime);
    }

    @Bean(destroyMethod = "close")
    @DependsOnDatabaseInitialization
    PostgresDecisionLog decisionLog(
            LogConnections connections,
            LogProperties properties,
            DataSource dataSource,
            Availability availability,
            Partitions partitions,
            LogMetrics metrics)
            throws SQLException {
        ConnectionVerifier verifier = connections.verifier();
        try (Connection connection = dataSource.getConnection()) {
            LogRights.require(connection);
            verifier.learn(connection, verifier.verify(connection).systemIdentifier());
        }
        try (Connection connection = connections.named(PARTITIONS).getConnection()) {
            partitions.makeFirst(connection);
        }
        DataSource writers = connections.planningOnce("assent-decide");
        return new PostgresDecisionLog(
                properties, new PostgresDecisionLog.Access(writers, dataSource, verifier, availability), metrics);
    }

    @Bean
    InstanceTable instanceTable(ThisInstance self) {
        return new InstanceTable(self);
    }

    @Bean(destroyMethod = "close")
    Heartbeat heartbeat(
            LogConnections connections,
            LogProperties properties,
            HeartbeatProperties heartbeat,
            InstanceTable instances,
            Availability availability,
            PostgresDecisionLog decisionLog) {
        return new Heartbeat(
                heartbeatConnections(connections, properties),
                instances,
                availability,
                heartbeat,
                decisionLog::refuseWaiting);
    }

    @Bean
    Partitions decisionLogPartitions(LogProperties properties, LogMetrics metrics) {
        return new Partitions(properties, metrics);
    }

    /** Only after the log is open: then its first partitions are there. */
    @Bean(destroyMethod = "close")
    PartitionSchedule decisionLogPartitionSchedule(
            PostgresDecisionLog opened, Partitions partitions, LogConnections connections, LogProperties properties) {
        return new PartitionSchedule(partitions, connections.named(PARTITIONS), properties.cleanupInterval());
    }

    @Bean
    LogLives logLives(PostgresDecisionLog decisionLog, DataSource dataSource, ConnectionVerifier verifier) {
        return new PostgresLogLives(decisionLog, dataSource, verifier);
    }

    @Bean
    LogVitals logVitals(
            PostgresDecisionLog opened,
            DataSource dataSource,
            LogProperties properties,
            ObjectProvider<InstantSource> clock) {
        return new PostgresLogVitals(dataSource, properties, clock.getIfAvailable(InstantSource::system));
    }

    @Bean
    ParticipantAddresses participantAddresses(PostgresDecisionLog opened, DataSource dataSource) {
        return new PostgresParticipantAddresses(dataSource);
    }

    @Bean
    TransactionSearch transactionSearch(
            LogSite site,
            TransactionEntityRepository repository,
            EntityManager entityManager,
            PlatformTransactionManager transactionManager,
            LogProperties properties,
            LogMetrics metrics) {
        return new JpaTransactionSearch(
                site.name(), repository, entityManager, transactionManager, properties, metrics);
    }

    @Bean
    HealthIndicator decisionLogHealthIndicator(
            Availability availability, ConnectionVerifier verifier, InstanceTable instances, LogProperties properties) {
        return new DecisionLogHealthIndicator(availability, verifier, instances, properties);
    }

    static HikariDataSource pool(LogConnections connections, LogProperties properties, String name) {
        HikariConfig config = new HikariConfig();
        config.setPoolName(name);
        config.setDataSource(connections.named("assent-log"));
        config.setMaximumPoolSize(properties.connections());
        config.setConnectionTimeout(properties.connectTimeout().toMillis());
        return new HikariDataSource(config);
    }

    static Heartbeat.Connections heartbeatConnections(LogConnections connections, LogProperties properties) {
        return new Heartbeat.Connections(
                connections.named(Heartbeat.APPLICATION, Duration.ZERO),
                connections.named("assent-heartbeat-watch", properties.connectTimeout()),
                connections.elsewhere("assent-heartbeat-elsewhere"),
                connections.verifier());
    }
}
