package io.assent.coordinator.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.coordinator.console.ConsoleSettings;
import io.assent.coordinator.management.EventLogProperties;
import io.assent.coordinator.participant.HttpParticipantClient;
import io.assent.coordinator.participant.ParticipantProperties;
import io.assent.coordinator.recovery.RecoveryProperties;
import io.assent.coordinator.web.CallerSettings;
import io.assent.coordinator.web.WebSettings;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.test.context.ConfigDataApplicationContextInitializer;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** Goal: a wrong setting ends the start with a message that helps. Method: start with one wrong setting at a time. */
class SettingsTests {

    @Configuration(proxyBeanMethods = false)
    @EnableConfigurationProperties({
        WebSettings.class,
        CallerSettings.class,
        ConsoleSettings.class,
        RecoveryProperties.class,
        EventLogProperties.class,
        EngineProperties.class
    })
    @Import(ParticipantConfiguration.class)
    static class Settings {}

    private final ApplicationContextRunner runner =
            new ApplicationContextRunner().withUserConfiguration(Settings.class).withBean(SimpleMeterRegistry.class);

    @Test
    void without_any_setting_it_starts_for_this_machine_only() {
        runner.run(context -> {
            assertThat(context).hasNotFailed();
            var client = context.getBean(HttpParticipantClient.class);
            var anyone = new io.assent.protocol.ParticipantName("anyone");
            assertThat(client.allowed(anyone, "http://localhost:1234/assent/v1"))
                    .isTrue();
            assertThat(client.allowed(anyone, "http://example.org")).isFalse();
        });
    }

    @Test
    void with_a_database_it_must_be_told_where_participants_are() {
        var production = runner.withPropertyValues("spring.datasource.url=jdbc:postgresql://db/assent");

        production.run(context -> assertThat(context)
                .getFailure()
                .rootCause()
                .hasMessageContaining("assent.coordinator.participants.allowed-hosts"));
        production
                .withPropertyValues("assent.coordinator.participants.allowed-hosts=*.shop:8080")
                .run(context -> assertThat(context).hasNotFailed());
        production
                .withPropertyValues(
                        "assent.coordinator.participants.services.payment.url=http://payment:8080/assent/v1")
                .run(context -> assertThat(context).hasNotFailed());
    }

    @Test
    void in_kubernetes_the_log_has_to_be_replicated() {
        var profiles = new ApplicationContextRunner().withInitializer(new ConfigDataApplicationContextInitializer());

        profiles.withPropertyValues("spring.profiles.active=k8s")
                .run(context -> assertThat(context.getEnvironment().getProperty("assent.coordinator.log.mode"))
                        .isEqualTo("replicated"));
        profiles.run(context -> assertThat(context.getEnvironment().containsProperty("assent.coordinator.log.mode"))
                .as("elsewhere the default in code holds")
                .isFalse());
    }

    @Test
    void a_participant_can_differ_from_the_defaults_in_one_thing() {
        runner.withPropertyValues(
                        "assent.coordinator.participants.defaults.order-timeout=3s",
                        "assent.coordinator.participants.services.slow.order-timeout=1m",
                        "assent.coordinator.participants.services.slow.allowed-hosts=slow:80,slow:81")
                .run(context -> {
                    var properties = context.getBean(ParticipantProperties.class);
                    assertThat(properties.services().get("slow").orderTimeout()).hasMinutes(1);
                    assertThat(properties.services().get("slow").allowedHosts()).hasSize(2);
                    assertThat(properties.defaults().orderTimeout()).hasSeconds(3);
                    assertThat(properties.defaults().maxConcurrentOrders()).isEqualTo(2);
                });
    }

    @ParameterizedTest
    @CsvSource({
        "assent.coordinator.console.interval, 100ms",
        "assent.coordinator.console.interval, 31s",
        "assent.coordinator.console.max-listeners, 0",
        "assent.coordinator.console.max-listeners, 1001",
        "assent.coordinator.web.default-wait, -1s",
        "assent.coordinator.web.default-wait, 61s",
        "assent.coordinator.web.max-wait, 6m",
        "assent.coordinator.web.request-timeout, 0s",
        "assent.coordinator.web.retry-after, 0s",
        "assent.coordinator.web.body-timeout, 0s",
        "assent.coordinator.web.max-body-size, 2MB",
        "assent.coordinator.web.max-commits-body-size, 1KB",
        "assent.coordinator.web.max-inquiries-body-size, 1GB",
        "assent.coordinator.web.max-unread-bodies, -1",
        "assent.coordinator.web.max-unread-body-size, 17MB",
        "assent.coordinator.web.unread-body-timeout, 61s",
        "assent.coordinator.callers.max-requests-per-second, -1",
        "assent.coordinator.callers.max-open, 0",
        "assent.coordinator.callers.max-bodies, 100001",
        "assent.coordinator.callers.max-undecided, -1",
        "assent.coordinator.callers.max-undecided, 1000001",
        "assent.coordinator.callers.undecided-interval, 99ms",
        "assent.coordinator.recovery.interval, 1ms",
        "assent.coordinator.recovery.batch, 0",
        "assent.coordinator.event-log.lines-per-minute, 0",
        "assent.coordinator.event-log.lines-per-minute, 1000001",
        "assent.coordinator.recovery.lease, 2h",
        "assent.coordinator.engine.vote-timeout, 0s",
        "assent.coordinator.engine.answer-within, 11m",
        "assent.coordinator.engine.decision-retry-first, 6s",
        "assent.coordinator.engine.redelivery-first, 0s",
        "assent.coordinator.engine.heuristic-retry, 1ms",
        "assent.coordinator.engine.take-over-after, 2h",
        "assent.coordinator.engine.max-in-flight, 0",
        "assent.coordinator.engine.max-redelivering, 10001",
        "assent.coordinator.engine.max-undecided, 0",
        "assent.coordinator.engine.max-unacknowledged, 0",
        "assent.coordinator.engine.admission-wait, 11s",
        "assent.coordinator.participants.connect-timeout, 0s",
        "assent.coordinator.participants.max-addresses, 0",
        "assent.coordinator.participants.allowed-hosts, http://x",
        "assent.coordinator.participants.ssl-bundle, unknown",
        "assent.coordinator.participants.defaults.order-timeout, 0s",
        "assent.coordinator.participants.defaults.orders-per-message, 257",
        "assent.coordinator.participants.defaults.circuit-minimum-calls, 21",
        "assent.coordinator.participants.services.payment.order-timeout, 0s",
        "assent.coordinator.participants.services.payment.url, ftp://payment"
    })
    void a_value_out_of_range_is_refused_by_name(String property, String value) {
        runner.withPropertyValues(property + "=" + value)
                .run(context -> assertThat(context).getFailure().rootCause().hasMessageContaining(property));
    }
}
