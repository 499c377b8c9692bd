package io.assent.coordinator.log;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.assent.coordinator.engine.DecisionLog;
import io.assent.coordinator.engine.LogLives;
import io.assent.coordinator.engine.TransactionSearch;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.persistence.EntityManager;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.persistence.autoconfigure.EntityScan;
import org.springframework.boot.sql.init.dependency.DependsOnDatabaseInitialization;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.jpa.repository.config.EnableJpaRepositories;
import org.springframework.transaction.PlatformTransactionManager;

/**
 * Wires the decision log: from a {@link LogDatabase} to a {@link DecisionLog} and a {@link TransactionSearch}. The pool is
 * the application's {@link DataSource}, so that migrations and searches as well go to a verified primary only (L4, L6).
 */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(LogProperties.class)
@EntityScan(basePackageClasses = TransactionEntity.class)
@EnableJpaRepositories(basePackageClasses = TransactionEntityRepository.class)
public class DecisionLogConfiguration {

    @Bean
    ConnectionVerifier decisionLogConnectionVerifier(LogProperties properties) {
        return new ConnectionVerifier(properties);
    }

    @Bean
    HikariDataSource dataSource(LogDatabase database, LogProperties properties, ConnectionVerifier verifier) {
        return pool(database, properties, verifier);
    }

    @Bean
    LogMetrics decisionLogMetrics(MeterRegistry registry) {
        return LogMetrics.in(registry);
    }

    @Bean(destroyMethod = "close")
    @DependsOnDatabaseInitialization
    PostgresDecisionLog decisionLog(
            LogDatabase database,
            LogProperties properties,
            DataSource dataSource,
            ConnectionVerifier verifier,
            Partitions partitions,
            LogMetrics metrics)
            throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            verifier.learn(connection, verifier.verify(connection));
        }
        try (Connection connection =
                forPartitions(database, properties, verifier).getConnection()) {
            partitions.makeFirst(connection);
        }
        return new PostgresDecisionLog(
                properties, connections(database, properties, "assent-decide"), dataSource, verifier, metrics);
    }

    @Bean
    Partitions decisionLogPartitions(LogProperties properties, LogMetrics metrics) {
        return new Partitions(properties, metrics);
    }

    /** Only after the log is open: then its first partitions are there. */
    @Bean(destroyMethod = "close")
    PartitionSchedule decisionLogPartitionSchedule(
            PostgresDecisionLog opened,
            Partitions partitions,
            LogDatabase database,
            LogProperties properties,
            ConnectionVerifier verifier) {
        return new PartitionSchedule(
                partitions, forPartitions(database, properties, verifier), properties.cleanupInterval());
    }

    @Bean(destroyMethod = "close")
    SignsOfLife decisionLogSignsOfLife(
            PostgresDecisionLog opened, LogDatabase database, LogProperties properties, ConnectionVerifier verifier) {
        return new SignsOfLife(
                verifier.epochs(),
                new WriterConnection(
                        connections(database, properties, "assent-life"),
                        verifier,
                        properties.verifyInterval(),
                        System::nanoTime));
    }

    @Bean
    LogLives logLives(PostgresDecisionLog decisionLog, DataSource dataSource, ConnectionVerifier verifier) {
        return new PostgresLogLives(decisionLog, dataSource, verifier);
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
            DataSource dataSource, ConnectionVerifier verifier, LogProperties properties) {
        return new DecisionLogHealthIndicator(dataSource, verifier, properties);
    }

    static HikariDataSource pool(LogDatabase database, LogProperties properties, ConnectionVerifier verifier) {
        HikariConfig config = new HikariConfig();
        config.setPoolName("assent-log");
        config.setDataSource(new VerifiedDataSource(connections(database, properties, "assent-log"), verifier));
        config.setMaximumPoolSize(properties.connections());
        config.setConnectionTimeout(properties.connectTimeout().toMillis());
        return new HikariDataSource(config);
    }

    private static DataSource forPartitions(
            LogDatabase database, LogProperties properties, ConnectionVerifier verifier) {
        return new VerifiedDataSource(connections(database, properties, "assent-partitions"), verifier);
    }

    /** New connections that are bounded by the socket timeout and by nothing else (L2). */
    static DataSource connections(LogDatabase database, LogProperties properties, String applicationName) {
        PGSimpleDataSource connections = new PGSimpleDataSource();
        connections.setUrl(database.url());
        if (database.username() != null) {
            connections.setUser(database.username());
        }
        if (database.password() != null) {
            connections.setPassword(database.password());
        }
        connections.setApplicationName(applicationName);
        connections.setSocketTimeout(Math.toIntExact(properties.socketTimeout().toSeconds()));
        connections.setConnectTimeout(
                Math.toIntExact(properties.connectTimeout().toSeconds()));
        connections.setTcpKeepAlive(true);
        return connections;
    }
}
