package io.assent.coordinator.log;

import org.jspecify.annotations.Nullable;

/**
 * Where the decision log is.
 *
 * @param url {@code jdbc:postgresql:…}
 * @param username the role that coordinators run with; null: what the url says
 * @param password null: what the url or the environment of the driver says
 */
public record LogDatabase(
        String url, @Nullable String username, @Nullable String password) {

    public LogDatabase {
        if (!url.startsWith("jdbc:postgresql:")) {
            throw new IllegalArgumentException(
                    "The decision log needs PostgreSQL: spring.datasource.url must start with jdbc:postgresql:");
        }
    }

    /** Without the password, and without the url's parameters, which may hold one. */
    @Override
    public String toString() {
        int parameters = url.indexOf('?');
        return parameters < 0 ? url : url.substring(0, parameters);
    }
}
