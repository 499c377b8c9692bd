package io.assent.coordinator.log;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.assent.coordinator.engine.DecisionLog;
import io.assent.coordinator.engine.LogLives;
import io.assent.coordinator.engine.ParticipantAddresses;
import io.assent.coordinator.engine.TransactionSearch;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import jakarta.persistence.EntityManager;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.UUID;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.persistence.autoconfigure.EntityScan;
import org.springframework.boot.sql.init.dependency.DependsOnDatabaseInitialization;
import org.springframework.boot.web.server.context.WebServerInitializedEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.data.jpa.repository.config.EnableJpaRepositories;
import org.springframework.transaction.PlatformTransactionManager;

/**
 * Wires the decision log: from a {@link LogDatabase} to a {@link DecisionLog} and a {@link TransactionSearch}. The pool is
 * the application's {@link DataSource}, so that migrations and searches as well go to a verified primary only (L4, L6).
 */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties({LogProperties.class, HeartbeatProperties.class})
@EntityScan(basePackageClasses = TransactionEntity.class)
@EnableJpaRepositories(basePackageClasses = TransactionEntityRepository.class)
public class DecisionLogConfiguration {

    private static final Logger log = LoggerFactory.getLogger(DecisionLogConfiguration.class);

    private static final String PARTITIONS = "assent-partitions";

    private static final String SINGLE =
            "The decision log is on one server (assent.coordinator.log.mode=single): when its"
                    + " disk is lost, decisions that services were told are lost with it, and what they have prepared must be"
                    + " ended by hand. Mode replicated keeps every decision on a standby as well.";

    @Bean
    ConnectionVerifier decisionLogConnectionVerifier(LogProperties properties) {
        return new ConnectionVerifier(properties);
    }

    @Bean
    LogConnections decisionLogConnections(LogDatabase database, LogProperties properties, ConnectionVerifier verifier) {
        return new LogConnections(database, properties, verifier);
    }

    @Bean
    HikariDataSource dataSource(LogConnections connections, LogProperties properties, HeartbeatProperties heartbeat)
            throws SQLException {
        if (properties.mode() == LogProperties.Mode.REPLICATED) {
            // Before the schema is migrated, which would wait for the standby without a word.
            StartBarrier.pass(connections.named("assent-start"), connections.verifier(), heartbeat.startWait());
        } else {
            log.warn("{}", SINGLE);
        }
        return pool(connections, properties);
    }

    @Bean
    LogMetrics decisionLogMetrics(MeterRegistry registry) {
        return LogMetrics.in(registry);
    }

    @Bean
    MeterBinder decisionLogHeld(ConnectionVerifier verifier) {
        return registry -> Gauge.builder(
                        "assent.log.held", verifier, v -> v.epochs().held() == null ? 0 : 1)
                .description("1 while transactions are held because the log was restored, or may have been; else 0")
                .register(registry);
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
            verifier.learn(connection, verifier.verify(connection).systemIdentifier());
        }
        try (Connection connection = connections.named(PARTITIONS).getConnection()) {
            partitions.makeFirst(connection);
        }
        DataSource writers = connections.named("assent-decide");
        return new PostgresDecisionLog(
                properties, new PostgresDecisionLog.Access(writers, dataSource, verifier, availability), metrics);
    }

    @Bean
    InstanceTable instanceTable() {
        String version = DecisionLogConfiguration.class.getPackage().getImplementationVersion();
        return new InstanceTable(UUID.randomUUID(), version == null ? "development" : version);
    }

    /** Where the other instances, and people, find this one. */
    @Bean
    ApplicationListener<WebServerInitializedEvent> instanceAddress(InstanceTable instances, Environment environment) {
        return event -> {
            if (event.getApplicationContext().getServerNamespace() == null) {
                instances.listens(
                        environment.getProperty("server.address", InstanceTable.hostAddress()),
                        event.getWebServer().getPort());
            }
        };
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
    ParticipantAddresses participantAddresses(PostgresDecisionLog opened, DataSource dataSource) {
        return new PostgresParticipantAddresses(dataSource);
    }

    @Bean
    TransactionSearch transactionSearch(
            TransactionEntityRepository repository,
            EntityManager entityManager,
            PlatformTransactionManager transactionManager,
            LogProperties properties,
            LogMetrics metrics) {
        return new JpaTransactionSearch(repository, entityManager, transactionManager, properties, metrics);
    }

    @Bean
    HealthIndicator decisionLogHealthIndicator(
            Availability availability, ConnectionVerifier verifier, InstanceTable instances, LogProperties properties) {
        return new DecisionLogHealthIndicator(availability, verifier, instances, properties);
    }

    static HikariDataSource pool(LogConnections connections, LogProperties properties) {
        HikariConfig config = new HikariConfig();
        config.setPoolName("assent-log");
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
