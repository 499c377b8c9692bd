package io.assent.participant.autoconfigure;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.AutoConfigurationImportFilter;
import org.springframework.boot.autoconfigure.AutoConfigurationMetadata;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.EnvironmentAware;
import org.springframework.core.env.Environment;

/**
 * Leaves Boot's DataSource out where branches are in a log of their own and none is configured. The starter brings JDBC and
 * its driver along, and Boot would refuse to start without an address.
 */
final class NoDataSourceFilter implements AutoConfigurationImportFilter, EnvironmentAware {

    private static final String DATA_SOURCE = "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration";

    private @Nullable Environment environment;

    @Override
    public void setEnvironment(Environment environment) {
        this.environment = environment;
    }

    @Override
    public boolean[] match(@Nullable String[] autoConfigurationClasses, AutoConfigurationMetadata metadata) {
        boolean leaveOut = leaveOut();
        boolean[] match = new boolean[autoConfigurationClasses.length];
        for (int i = 0; i < match.length; i++) {
            match[i] = !leaveOut || !DATA_SOURCE.equals(autoConfigurationClasses[i]);
        }
        return match;
    }

    private boolean leaveOut() {
        return environment != null
                && "own".equalsIgnoreCase(environment.getProperty(ParticipantAutoConfiguration.RESOURCES))
                && !Binder.get(environment)
                        .bind("spring.datasource", Bindable.mapOf(String.class, Object.class))
                        .isBound();
    }
}
