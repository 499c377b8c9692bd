package io.assent.coordinator.log;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.flyway.autoconfigure.FlywayConfigurationCustomizer;
import org.springframework.boot.flyway.autoconfigure.FlywayDataSource;
import org.springframework.boot.flyway.autoconfigure.FlywayMigrationStrategy;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/**
 * Who migrates the log. Its owner, if {@code spring.flyway.user} names it: over verified connections to the log's own address,
 * as everything else (L4); and the owner then grants the coordinators' role what it needs. Else that role itself, which owns
 * the log then; or nobody, with {@code spring.flyway.enabled=false}.
 */
@Configuration(proxyBeanMethods = false)
class MigrationConfiguration {

    private static final String OWNER = "spring.flyway.user";
    private static final String ADDRESS = "spring.flyway.url";

    /** Flyway's own setting would lead it past the verified connections, and the migrations of all logs to one place. */
    @Bean
    FlywayConfigurationCustomizer migrationsGoToTheLog(Environment environment) {
        return configuration -> {
            if (environment.containsProperty(ADDRESS)) {
                throw new IllegalArgumentException(
                        ADDRESS + " cannot be set: migrations go to the address of the log. Its owner is named by "
                                + OWNER + " and spring.flyway.password");
            }
        };
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnProperty(OWNER)
    static class Owner {

        @Bean(defaultCandidate = false)
        @FlywayDataSource
        DataSource decisionLogOwner(
                LogSite site,
                LogProperties properties,
                ConnectionVerifier verifier,
                @Value("${" + OWNER + "}") String username,
                @Value("${spring.flyway.password:#{null}}") @Nullable String password) {
            LogDatabase owned = new LogDatabase(site.database().url(), username, password);
            return new LogConnections(owned, properties, verifier).named("assent-migrate");
        }

        @Bean
        FlywayMigrationStrategy migrateAndGrant(LogSite site) {
            return flyway -> {
                flyway.migrate();
                String user = user(site.database());
                if (user != null) {
                    grant(flyway, user);
                }
            };
        }
    }

    /** Null: whatever the driver takes. */
    private static @Nullable String user(LogDatabase database) {
        PGSimpleDataSource address = new PGSimpleDataSource();
        address.setUrl(database.url());
        return database.username() == null ? address.getUser() : database.username();
    }

    private static void grant(Flyway flyway, String user) {
        try (Connection connection = flyway.getConfiguration().getDataSource().getConnection()) {
            LogRights.grant(connection, user);
        } catch (SQLException e) {
            throw new IllegalStateException("The rights of " + user + " could not be granted", e);
        }
    }
}
