package io.assent.coordinator.config;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.AutoConfigurationImportFilter;
import org.springframework.boot.autoconfigure.AutoConfigurationMetadata;
import org.springframework.context.EnvironmentAware;
import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.util.StringUtils;

/**
 * Leaves tracing out unless there is a place to export traces to. Boot would else make spans of a tenth of all requests, and
 * throw them away.
 */
final class NoTracingFilter implements AutoConfigurationImportFilter, EnvironmentAware {

    /** Boot sets it from {@code OTEL_EXPORTER_OTLP_ENDPOINT}, too. */
    private static final String ENDPOINT = "management.opentelemetry.tracing.export.otlp.endpoint";

    private @Nullable Environment environment;

    @Override
    public void setEnvironment(Environment environment) {
        this.environment = environment;
    }

    @Override
    public boolean[] match(@Nullable String[] autoConfigurationClasses, AutoConfigurationMetadata metadata) {
        boolean traced = environment != null && traced(environment);
        boolean[] match = new boolean[autoConfigurationClasses.length];
        for (int i = 0; i < match.length; i++) {
            match[i] = traced || !isTracing(autoConfigurationClasses[i]);
        }
        return match;
    }

    /** An endpoint that is set to nothing is none. */
    private static boolean traced(Environment environment) {
        return StringUtils.hasText(environment.getProperty(ENDPOINT));
    }

    /** The same for what is there with traces only. */
    static final class Traced implements Condition {

        @Override
        public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
            return traced(context.getEnvironment());
        }
    }

    private static boolean isTracing(@Nullable String autoConfiguration) {
        return autoConfiguration != null
                && (autoConfiguration.startsWith("org.springframework.boot.micrometer.tracing.")
                        || autoConfiguration.startsWith("org.springframework.boot.opentelemetry."));
    }
}
