package io.assent.coordinator.config;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of the PostgreSQL that is started when {@code spring.datasource.url} is not set. Not meant for production.
 *
 * @param directory where its data is kept; instances that name the same directory share one server and one log. Default:
 *     {@code .assent/coordinator} in the user's home directory
 * @param port on 127.0.0.1, 0 to 65535; 0: a free one, or the one on which it runs already
 */
@ConfigurationProperties("assent.coordinator.embedded-database")
public record EmbeddedDatabaseProperties(
        @Nullable Path directory, @DefaultValue("0") int port) {

    public EmbeddedDatabaseProperties {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException(
                    "assent.coordinator.embedded-database.port is " + port + "; allowed is 0 to 65535");
        }
    }

    /** The directory that is used. */
    Path dataDirectory() {
        return directory != null ? directory : Path.of(System.getProperty("user.home"), ".assent", "coordinator");
    }
}
