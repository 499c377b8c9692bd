package io.assent.coordinator.security;

import io.assent.protocol.CertificateName;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Who may call this service.
 *
 * @param mode How callers prove who they are: keys, certificates, jwt or none. Has to be written down. Keys and certificates that are listed hold with each of the first three.
 * @param services By name: the services and people that have keys or certificates.
 * @param enlistToken Whether a participant has to bring the transaction's token to enlist: required, or optional while participants of a version that knows no tokens are replaced.
 * @param maxRefusedActs Refused acts of operators that are written down in a minute: so many of callers that are known, and so many of others (0 to 10000).
 */
@ConfigurationProperties("assent.security")
public record SecuritySettings(
        @Nullable Mode mode,
        @DefaultValue Map<String, Service> services,
        @DefaultValue("required") EnlistToken enlistToken,
        @DefaultValue("60") int maxRefusedActs) {

    private static final String PREFIX = "assent.security.";
    private static final Pattern DIGEST = Pattern.compile("sha256:[0-9a-f]{64}");
    private static final int MOST_KEYS = 2;
    private static final int MOST_CERTIFICATES = 16;
    private static final int MOST_REFUSED_ACTS = 10_000;

    /** How callers prove who they are. */
    public enum Mode {
        /** By a key that was given to each. */
        KEYS,
        /** By the client certificate of the connection. Keys that are listed hold as well. */
        CERTIFICATES,
        /** By a token of an OAuth 2 authorization server. Keys and certificates that are listed hold as well. */
        JWT,
        /** Not at all: whoever reaches this service may do anything. */
        NONE
    }

    /** Whether a transaction's token is needed to enlist in it. */
    public enum EnlistToken {
        /** Without the transaction's token nobody enlists. */
        REQUIRED,
        /** Who brings none enlists as well; with a wrong one nobody does. */
        OPTIONAL
    }

    /**
     * Who has a key, or a certificate.
     *
     * @param keys SHA-256 of the key, as sha256: and 64 hexadecimal digits; two while one replaces the other.
     * @param certificates What its certificate names: dns: and a host, or uri: and a URI; one of them is enough.
     * @param scopes What it may do; by default all but tx:operate.
     */
    public record Service(
            @DefaultValue List<String> keys,
            @DefaultValue List<String> certificates,
            @Nullable List<String> scopes) {

        public Service {
            keys = List.copyOf(keys);
            certificates = List.copyOf(certificates);
            scopes = scopes == null ? null : List.copyOf(scopes);
        }

        /** @throws IllegalArgumentException naming those that there are */
        Set<Scope> allowed() {
            return scopes == null
                    ? Scope.OF_A_SERVICE
                    : scopes.stream().map(Scope::of).collect(Collectors.toUnmodifiableSet());
        }
    }

    /** @throws IllegalArgumentException naming the property that is wrong, and what would be right */
    public SecuritySettings {
        if (maxRefusedActs < 0 || maxRefusedActs > MOST_REFUSED_ACTS) {
            throw new IllegalArgumentException("%smax-refused-acts must be from 0 to %d, but is %d"
                    .formatted(PREFIX, MOST_REFUSED_ACTS, maxRefusedActs));
        }
        services = Map.copyOf(services);
        Map<String, String> owners = new HashMap<>();
        Map<CertificateName, String> certified = new HashMap<>();
        services.forEach((name, service) -> {
            String property = PREFIX + "services." + name + ".";
            try {
                service.allowed();
            } catch (IllegalArgumentException e) {
                // Alone: what is shown at the start is the innermost message.
                throw new IllegalArgumentException(property + "scopes: " + e.getMessage());
            }
            certificates(property, name, service, certified);
            if (service.keys().isEmpty() && service.certificates().isEmpty()
                    || service.keys().size() > MOST_KEYS) {
                throw new IllegalArgumentException(
                        property + "keys must be one, or two while one replaces the other, but are "
                                + service.keys().size() + "; there may be none where there are certificates");
            }
            for (String key : service.keys()) {
                if (!DIGEST.matcher(key).matches()) {
                    // Not the value: somebody may have written the key itself.
                    throw new IllegalArgumentException(
                            property
                                    + "keys must be sha256: and the 64 hexadecimal digits (in lower case) of the key's SHA-256");
                }
                String other = owners.putIfAbsent(key, name);
                if (other != null) {
                    throw new IllegalArgumentException(property
                            + "keys: a key belongs to one service, but one of these is given twice, also to " + other);
                }
            }
        });
    }

    private static void certificates(
            String property, String name, Service service, Map<CertificateName, String> certified) {
        if (service.certificates().size() > MOST_CERTIFICATES) {
            throw new IllegalArgumentException(property + "certificates are " + MOST_CERTIFICATES + " at most, but are "
                    + service.certificates().size());
        }
        for (String text : service.certificates()) {
            CertificateName certificate;
            try {
                certificate = CertificateName.parse(text);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(property + "certificates: " + e.getMessage());
            }
            String other = certified.putIfAbsent(certificate, name);
            if (other != null) {
                throw new IllegalArgumentException(property + "certificates: a name stands for one service, but "
                        + certificate + " is given twice, also to " + other);
            }
        }
    }

    /** Without the digests. */
    @Override
    public String toString() {
        return "SecuritySettings[mode=" + mode + ", services=" + services.keySet() + ", enlistToken=" + enlistToken
                + "]";
    }
}
