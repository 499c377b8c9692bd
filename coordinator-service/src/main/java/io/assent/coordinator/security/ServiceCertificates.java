package io.assent.coordinator.security;

import io.assent.protocol.CertificateName;
import jakarta.servlet.http.HttpServletRequest;
import java.security.cert.X509Certificate;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.Authentication;

/** Which service or person a client certificate is of, by the names in it. Immutable. */
final class ServiceCertificates {

    private static final String CHAIN = "jakarta.servlet.request.X509Certificate";

    private final Map<CertificateName, Authentication> owners;

    ServiceCertificates(Map<String, SecuritySettings.Service> services) {
        Map<CertificateName, Authentication> all = new HashMap<>();
        services.forEach((name, service) -> {
            var owner =
                    UsernamePasswordAuthenticationToken.authenticated(name, null, Scope.authorities(service.allowed()));
            service.certificates().forEach(text -> all.put(CertificateName.parse(text), owner));
        });
        owners = Map.copyOf(all);
    }

    boolean isEmpty() {
        return owners.isEmpty();
    }

    /** The names in the certificate of a request's connection, which the server has verified; empty: it has none. */
    static Set<CertificateName> names(HttpServletRequest request) {
        return CertificateName.of((X509Certificate[]) request.getAttribute(CHAIN));
    }

    /** Whose certificate it is; null: nobody's. One that names two services is nobody's: it cannot be told which one calls. */
    @Nullable
    Authentication owner(Set<CertificateName> names) {
        Set<Authentication> found = new HashSet<>();
        for (CertificateName name : names) {
            Authentication owner = owners.get(name);
            if (owner != null) {
                found.add(owner);
            }
        }
        return found.size() == 1 ? found.iterator().next() : null;
    }
}
