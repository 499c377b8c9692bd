package io.assent.chaos.growth;

import io.assent.coordinator.engine.DecisionLog;
import io.assent.coordinator.log.DecisionLogConfiguration;
import io.assent.coordinator.log.LogDatabase;
import io.assent.embeddedpostgres.EmbeddedPostgres;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.springframework.boot.Banner;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;

/** The coordinator's decision log on a database of its own, as the service wires it, without the rest of the service. */
final class LoggedSystem implements AutoCloseable {

    /** Nothing of the service but its log. */
    @EnableAutoConfiguration
    @Import(DecisionLogConfiguration.class)
    static class LogOnly {

        @Bean
        MeterRegistry registry() {
            return new SimpleMeterRegistry();
        }
    }

    private final LogDatabase database;
    private ConfigurableApplicationContext context;

    private LoggedSystem(LogDatabase database, Duration retention) {
        this.database = database;
        this.context = open(database, retention);
    }

    static LoggedSystem in(EmbeddedPostgres server, String name, Duration retention) {
        server.createDatabase(name, name, name);
        return new LoggedSystem(new LogDatabase(server.jdbcUrl(name), name, name), retention);
    }

    private static ConfigurableApplicationContext open(LogDatabase database, Duration retention) {
        return new SpringApplicationBuilder(LogOnly.class)
                .web(WebApplicationType.NONE)
                .bannerMode(Banner.Mode.OFF)
                .logStartupInfo(false)
                .initializers(fresh -> fresh.getBeanFactory().registerSingleton("logDatabase", database))
                .properties(
                        "assent.coordinator.log.retention=" + retention,
                        "assent.coordinator.log.partition-width=1d",
                        "assent.coordinator.log.cleanup-interval=1s",
                        "spring.jpa.open-in-view=false",
                        "logging.level.root=warn",
                        "spring.jpa.hibernate.ddl-auto=none")
                .run();
    }

    /** Starts again with another retention period. */
    void reopen(Duration retention) {
        context.close();
        context = open(database, retention);
    }

    DecisionLog log() {
        return context.getBean(DecisionLog.class);
    }

    /** How long dropping partitions took since the log was opened. */
    Timer drops() {
        return context.getBean(MeterRegistry.class)
                .get("assent.log.partition.drop")
                .timer();
    }

    Connection connection() throws SQLException {
        return DriverManager.getConnection(database.url(), database.username(), database.password());
    }

    long number(String query) throws SQLException {
        try (Connection connection = connection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getLong(1);
        }
    }

    @Override
    public void close() {
        context.close();
    }
}
