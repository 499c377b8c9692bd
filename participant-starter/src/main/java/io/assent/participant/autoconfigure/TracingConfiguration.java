package io.assent.participant.autoconfigure;

import io.assent.participant.engine.Tracing;
import io.assent.participant.tracing.MicrometerTracing;
import io.micrometer.tracing.Tracer;
import io.micrometer.tracing.propagation.Propagator;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Spans, where the service traces: where it has a tracer of Micrometer's. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnClass(Tracer.class)
// Switched off, there still is a tracer, which makes spans of nothing.
@ConditionalOnBooleanProperty(name = "management.opentelemetry.enabled", matchIfMissing = true)
class TracingConfiguration {

    @Bean
    Tracing assentTracing(ObjectProvider<Tracer> tracers, ObjectProvider<Propagator> propagators) {
        Tracer tracer = tracers.getIfAvailable();
        Propagator propagator = propagators.getIfAvailable();
        return tracer == null || tracer == Tracer.NOOP || propagator == null
                ? Tracing.NONE
                : new MicrometerTracing(tracer, propagator);
    }
}
