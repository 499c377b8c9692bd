package io.assent.coordinator.security;

import static org.springframework.http.HttpMethod.GET;
import static org.springframework.http.HttpMethod.POST;

import java.util.List;
import org.springframework.http.HttpMethod;

/** What each call needs. A call that is not listed needs {@link Scope#OPERATE}. */
final class Permissions {

    /** Calls that are there for services; the first that matches holds. */
    static final List<Permission> OF_CALLS = List.of(
            new Permission(POST, "/v1/transactions", Scope.BEGIN),
            new Permission(POST, "/v1/transactions/{id}/branches", Scope.ENLIST),
            new Permission(POST, "/v1/transactions/{id}/commit", Scope.DECIDE),
            new Permission(POST, "/v1/transactions/{id}/rollback", Scope.DECIDE),
            new Permission(POST, "/v1/commits", Scope.DECIDE),
            new Permission(POST, "/v1/inquiries", Scope.INQUIRE),
            new Permission(GET, "/v1/transactions", Scope.READ),
            new Permission(GET, "/v1/transactions/{id}", Scope.READ),
            new Permission(GET, "/v1/instances", Scope.READ));

    /** What tells nobody anything about transactions: the console's files, which ask for a key, and the API's documentation. */
    static final String[] OPEN_PAGES = {
        "/console",
        "/console/",
        "/console/index.html",
        "/console/favicon.svg",
        "/console/assets/**",
        "/webjars/**",
        "/v3/api-docs/**",
        "/v3/api-docs.yaml",
        "/swagger-ui.html",
        "/swagger-ui/**"
    };

    /** Of the actuator: what probes and Prometheus ask for. Health tells its details to operators only. */
    static final String[] OPEN_ENDPOINTS = {"health", "prometheus", "info"};

    private Permissions() {}

    /**
     * One row.
     *
     * @param path with names in braces for what varies
     */
    record Permission(HttpMethod method, String path, Scope scope) {

        /** One of them is needed: who operates may look as well. */
        String[] authorities() {
            return scope == Scope.READ
                    ? new String[] {scope.authority(), Scope.OPERATE.authority()}
                    : new String[] {scope.authority()};
        }
    }
}
