package io.assent.coordinator.config;

import io.assent.coordinator.log.LogDatabase;
import io.assent.embeddedpostgres.EmbeddedPostgres;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.type.AnnotatedTypeMetadata;

/** Chooses the database of the log that is called main: the configured one, or an embedded PostgreSQL if none is. */
@Configuration(proxyBeanMethods = false)
public class DatabaseConfiguration {

    private static final Logger log = LoggerFactory.getLogger(DatabaseConfiguration.class);

    private static final String URL = "spring.datasource.url";

    /** {@code spring.datasource.url} names a PostgreSQL. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnProperty(URL)
    static class Configured {

        @Bean
        LogDatabase logDatabase(
                @Value("${" + URL + "}") String url,
                @Value("${spring.datasource.username:#{null}}") @Nullable String username,
                @Value("${spring.datasource.password:#{null}}") @Nullable String password) {
            LogDatabase database = new LogDatabase(url, username, password);
            log.info("The decision log is in {}.", database);
            return database;
        }
    }

    /** Neither {@code spring.datasource.url} nor a shard is set. */
    static class NothingConfigured implements Condition {

        @Override
        public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
            return LogSites.embedded(context.getEnvironment());
        }
    }

    /** Nothing is configured: a server of our own, joined by every instance that names the same directory. */
    @Configuration(proxyBeanMethods = false)
    @Conditional(NothingConfigured.class)
    @EnableConfigurationProperties(EmbeddedDatabaseProperties.class)
    static class Embedded {

        private static final String DATABASE = "assent";

        /** Stopped after everything that uses it; the server itself only when no other instance uses it. */
        @Bean(destroyMethod = "close")
        @ConditionalOnMissingBean
        EmbeddedPostgres embeddedPostgres(EmbeddedDatabaseProperties properties) {
            EmbeddedPostgres postgres = EmbeddedPostgres.builder()
                    .dataDirectory(properties.dataDirectory())
                    .port(properties.port())
                    .portOption("assent.coordinator.embedded-database.port")
                    .start();
            log.warn(
                    "No {} is set: the decision log is in an embedded PostgreSQL on 127.0.0.1:{}, data in {}. It is"
                            + " durable, but one server on one disk: not meant for production.",
                    URL,
                    postgres.port(),
                    postgres.directory());
            return postgres;
        }

        @Bean
        LogDatabase logDatabase(EmbeddedPostgres postgres) {
            // Readable by the directory's owner only, and the same for every instance that joins.
            String password = postgres.superuserPassword();
            postgres.createDatabase(DATABASE, DATABASE, password);
            return new LogDatabase(postgres.jdbcUrl(DATABASE), DATABASE, password);
        }
    }
}
