package io.assent.coordinator.config;

import io.assent.coordinator.log.LogDatabase;
import io.assent.coordinator.log.LogMigrationConfiguration;
import io.assent.coordinator.log.LogProperties;
import io.assent.coordinator.log.LogSite;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.MapPropertySource;

/**
 * Brings the schema of every log up to date and ends: {@code java -jar coordinator-service.jar migrate}. For a job with the
 * owner's password, so that the service need not have it.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableConfigurationProperties({LogProperties.class, ShardsProperties.class})
@Import(DatabaseConfiguration.Configured.class)
class MigrationApplication {

    private static final Logger log = LoggerFactory.getLogger(MigrationApplication.class);

    static final String COMMAND = "migrate";

    /** Returns when all logs are migrated. What fails ends the process, which is not 0 then. */
    static void run(String... args) {
        new SpringApplicationBuilder(MigrationApplication.class)
                .web(WebApplicationType.NONE)
                // Whatever the coordinators are told, whose settings this may share.
                .initializers(context -> context.getEnvironment()
                        .getPropertySources()
                        .addFirst(new MapPropertySource(COMMAND, Map.of("spring.flyway.enabled", "true"))))
                .run(args)
                .close();
    }

    @Bean
    LogSites logSites(ObjectProvider<LogDatabase> main, ShardsProperties shards, LogProperties log) {
        LogDatabase database = main.getIfAvailable();
        if (database == null && shards.shards().isEmpty()) {
            throw new InvalidConfigurationPropertyValueException(
                    "spring.datasource.url",
                    null,
                    "It is mandatory here: it says where the log is that is to be migrated.");
        }
        return LogSites.of(database, shards, log);
    }

    @Bean
    ApplicationRunner migrate(LogSites sites, ConfigurableApplicationContext application) {
        return arguments -> {
            for (LogSite site : sites.sites()) {
                migrate(site, application);
                log.info("Log {} is migrated.", site.name());
            }
        };
    }

    private static void migrate(LogSite site, ConfigurableApplicationContext application) {
        try (AnnotationConfigApplicationContext context =
                LogContexts.withBeansOf(application, site, LogMigrationConfiguration.class)) {
            context.refresh();
        }
    }
}
