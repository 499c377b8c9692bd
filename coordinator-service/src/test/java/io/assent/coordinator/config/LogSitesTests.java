package io.assent.coordinator.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.coordinator.log.HeartbeatProperties;
import io.assent.coordinator.log.LogDatabase;
import io.assent.coordinator.log.LogProperties;
import io.assent.coordinator.log.LogSite;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.mock.env.MockEnvironment;

/** Goal: the logs are those that the operator named, and a mistake is told by its property. Method: properties, bound. */
class LogSitesTests {

    private static final String SHARDS = "assent.coordinator.log.shards.";

    @Configuration(proxyBeanMethods = false)
    @EnableConfigurationProperties({LogProperties.class, HeartbeatProperties.class, ShardsProperties.class})
    @Import(DatabaseConfiguration.Configured.class)
    static class Sites {

        @Bean
        LogSites sites(ObjectProvider<LogDatabase> main, ShardsProperties shards, LogProperties log) {
            return LogSites.of(main.getIfAvailable(), shards, log);
        }
    }

    private final ApplicationContextRunner runner = new ApplicationContextRunner().withUserConfiguration(Sites.class);

    @Test
    void one_log_is_called_main() {
        runner.withPropertyValues(
                        "spring.datasource.url=jdbc:postgresql://a/log",
                        "assent.coordinator.log.expected-system-identifier=77")
                .run(context -> {
                    LogSites logs = context.getBean(LogSites.class);
                    assertThat(logs.ring().names()).containsExactly("main");
                    assertThat(logs.sites().get(0).expectedSystemIdentifier()).isEqualTo("77");
                    assertThat(logs.sites().get(0).property()).isEqualTo("assent.coordinator.log");
                });
    }

    @Test
    void others_are_added_by_environment_variables_as_well() {
        runner.withPropertyValues("spring.datasource.url=jdbc:postgresql://a/log")
                .withInitializer(context -> context.getEnvironment()
                        .getPropertySources()
                        .addFirst(new SystemEnvironmentPropertySource(
                                "test-systemEnvironment",
                                Map.of(
                                        "ASSENT_COORDINATOR_LOG_SHARDS_SECOND_URL", "jdbc:postgresql://b/log",
                                        "ASSENT_COORDINATOR_LOG_SHARDS_SECOND_SINCE", "2027-01-31T12:00:00Z"))))
                .run(context -> {
                    LogSites logs = context.getBean(LogSites.class);
                    assertThat(logs.ring().names()).containsExactly("main", "second");
                    assertThat(logs.ring().members().get(1).since()).isEqualTo(Instant.parse("2027-01-31T12:00:00Z"));
                    assertThat(logs.sites())
                            .extracting(LogSite::database)
                            .extracting(LogDatabase::url)
                            .containsExactly("jdbc:postgresql://a/log", "jdbc:postgresql://b/log");
                });
    }

    @Test
    void without_a_data_source_the_shards_are_all() {
        runner.withPropertyValues(SHARDS + "a.url=jdbc:postgresql://a/log", SHARDS + "b.url=jdbc:postgresql://b/log")
                .run(context -> {
                    assertThat(context.getBean(LogSites.class).ring().names()).containsExactly("a", "b");
                    assertThat(LogSites.embedded(context.getEnvironment())).isFalse();
                });
    }

    @Test
    void with_nothing_configured_it_is_an_embedded_one() {
        assertThat(LogSites.embedded(new MockEnvironment())).isTrue();
        assertThat(LogSites.embedded(new MockEnvironment().withProperty("spring.datasource.url", "jdbc:…")))
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "b.username=log; assent.coordinator.log.shards.b.url must be set",
                "b.url=jdbc:mysql://b/log; must be set and start with jdbc:postgresql:",
                "b-2.url=jdbc:postgresql://b/log; lower-case letters and digits",
                "main.url=jdbc:postgresql://b/log; is configured twice",
                "b.url=jdbc:postgresql://a/log; have the same address",
            })
    void a_mistake_ends_the_start(String setting, String message) {
        runner.withPropertyValues("spring.datasource.url=jdbc:postgresql://a/log", SHARDS + setting)
                .run(context -> assertThat(context).getFailure().hasStackTraceContaining(message));
    }

    @Test
    void the_log_that_was_first_has_no_since() {
        runner.withPropertyValues(SHARDS + "a.url=jdbc:postgresql://a/log", SHARDS + "a.since=2027-01-31T12:00:00Z")
                .run(context -> assertThat(context).getFailure().hasStackTraceContaining("every log has a since"));
    }
}
