package io.assent.coordinator.security;

import io.assent.protocol.ServiceKey;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.Authentication;

/**
 * The keys that were given to services and people. A key is found by its SHA-256, so that the time a look-up takes tells
 * something about digests only. Immutable.
 */
final class ServiceKeys {

    private final Map<String, Authentication> owners;

    ServiceKeys(Map<String, SecuritySettings.Service> services) {
        Map<String, Authentication> all = new HashMap<>();
        services.forEach((name, service) -> {
            var owner =
                    UsernamePasswordAuthenticationToken.authenticated(name, null, Scope.authorities(service.allowed()));
            service.keys().forEach(key -> all.put(key, owner));
        });
        owners = Map.copyOf(all);
    }

    static boolean looksLikeOne(String credential) {
        return credential.startsWith(ServiceKey.PREFIX);
    }

    boolean isEmpty() {
        return owners.isEmpty();
    }

    /** Whose key it is; null: nobody's. */
    @Nullable
    Authentication owner(String key) {
        return owners.get(ServiceKey.digest(key));
    }
}
