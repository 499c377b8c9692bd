package io.assent.coordinator.security;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.Authentication;

/**
 * The keys that were given to services and people. A key is found by its SHA-256, so that the time a look-up takes tells
 * something about digests only; a slow hash would add nothing, since keys are random and not chosen by people. Immutable.
 */
final class ServiceKeys {

    /** What a key begins with, so that it is told from a token, and found where it should not be. */
    static final String PREFIX = "assent_";

    private static final String DIGEST = "sha256:";

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
        return credential.startsWith(PREFIX);
    }

    boolean isEmpty() {
        return owners.isEmpty();
    }

    /** Whose key it is; null: nobody's. */
    @Nullable
    Authentication owner(String key) {
        return owners.get(digest(key));
    }

    static String digest(String key) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
            return DIGEST + HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java runtime has SHA-256", e);
        }
    }
}
