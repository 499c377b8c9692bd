package io.assent.coordinator.log;

import javax.sql.DataSource;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** Migrates the log of a {@link LogSite}, and does nothing else with it. */
@Configuration(proxyBeanMethods = false)
@Import(MigrationConfiguration.class)
@ImportAutoConfiguration(FlywayAutoConfiguration.class)
public class LogMigrationConfiguration {

    @Bean
    ConnectionVerifier decisionLogConnectionVerifier(LogProperties properties, LogSite site) {
        return new ConnectionVerifier(properties, site);
    }

    @Bean
    DataSource dataSource(LogSite site, LogProperties properties, ConnectionVerifier verifier) {
        return new LogConnections(site.database(), properties, verifier).named("assent-migrate");
    }
}
