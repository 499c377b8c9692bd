package io.assent.coordinator.config;

import io.assent.coordinator.engine.EngineSettings;
import io.assent.coordinator.participant.MessageSpans;
import io.assent.coordinator.tracing.CommitTraces;
import io.assent.coordinator.tracing.TransactionTraces;
import io.micrometer.tracing.Tracer;
import io.micrometer.tracing.exporter.SpanExportingPredicate;
import io.micrometer.tracing.propagation.Propagator;
import java.util.Set;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;

/** Spans of the protocol, beside those that Spring makes of requests; only where traces are exported. */
@Configuration(proxyBeanMethods = false)
@Conditional(NoTracingFilter.Traced.class)
class TracingConfiguration {

    private static final Set<String> PROBES = Set.of("/livez", "/readyz");

    @Bean
    TransactionTraces transactionTraces(Tracer tracer, EngineSettings settings) {
        return new TransactionTraces(tracer, settings.maxInFlight());
    }

    @Bean
    CommitTraces commitTraces(Tracer tracer) {
        return CommitTraces.of(tracer);
    }

    @Bean
    MessageSpans messageSpans(Tracer tracer, Propagator propagator) {
        return MessageSpans.of(tracer, propagator);
    }

    /** Who asks for health and metrics, every few seconds, is nobody whose trace is of interest. */
    @Bean
    SpanExportingPredicate noManagementSpans() {
        return span -> {
            String uri = span.getTags().getOrDefault("uri", "");
            return !uri.startsWith("/actuator") && !PROBES.contains(uri);
        };
    }
}
