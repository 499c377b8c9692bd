package io.assent.coordinator.config;

import io.assent.coordinator.participant.HttpParticipantBranches;
import io.assent.coordinator.participant.HttpParticipantClient;
import io.assent.coordinator.participant.MessageSpans;
import io.assent.coordinator.participant.ParticipantProperties;
import io.assent.coordinator.participant.ParticipantTls;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.InetAddress;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.web.server.ConfigurableWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/** Whom the service may call, and who may call it. Without a configured database both are this machine only. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(ParticipantProperties.class)
class ParticipantConfiguration {

    private static final Logger log = LoggerFactory.getLogger(ParticipantConfiguration.class);

    @Bean
    ParticipantTls participantTls(ParticipantProperties properties, ObjectProvider<SslBundles> bundles) {
        return properties.sslBundle() == null
                ? ParticipantTls.ofTheRuntime()
                : ParticipantTls.of(properties.sslBundle(), bundles.getIfAvailable());
    }

    @Bean(destroyMethod = "close")
    HttpParticipantClient participantClient(
            ParticipantProperties properties,
            ParticipantTls tls,
            Environment environment,
            MeterRegistry registry,
            ObjectProvider<MessageSpans> spans) {
        if (onlyHere(properties, environment)) {
            log.info(
                    "Participants may be on this machine only, at any port: assent.coordinator.participants.allowed-hosts is not set.");
        }
        if (!onlyHere(properties, environment)
                && (properties.allowedHosts() == null
                        || properties.allowedHosts().isEmpty())
                && properties.services().isEmpty()) {
            throw new NoParticipantsException("No participant could be called: neither"
                    + " assent.coordinator.participants.allowed-hosts nor a participant's address is set.");
        }
        return new HttpParticipantClient(
                allowed(properties, environment), tls, registry, spans.getIfAvailable(() -> MessageSpans.NONE));
    }

    @Bean(destroyMethod = "close")
    HttpParticipantBranches participantBranches(
            ParticipantProperties properties, ParticipantTls tls, Environment environment) {
        return new HttpParticipantBranches(allowed(properties, environment), tls);
    }

    private static ParticipantProperties allowed(ParticipantProperties properties, Environment environment) {
        return onlyHere(properties, environment) ? properties.withAllowedHosts(List.of("loopback:*")) : properties;
    }

    private static boolean onlyHere(ParticipantProperties properties, Environment environment) {
        return properties.allowedHosts() == null && LogSites.embedded(environment);
    }

    @Bean
    WebServerFactoryCustomizer<ConfigurableWebServerFactory> localByDefault(Environment environment) {
        return factory -> {
            if (LogSites.embedded(environment) && !environment.containsProperty("server.address")) {
                factory.setAddress(InetAddress.getLoopbackAddress());
            }
        };
    }
}
