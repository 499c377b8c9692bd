package io.assent.participant.autoconfigure;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.web.server.Ssl;
import org.springframework.boot.web.server.Ssl.ClientAuth;
import org.springframework.core.env.Environment;

/** Whether the server asks for client certificates such that what is in them can be believed. */
final class ServerTls {

    private ServerTls() {}

    /**
     * Looks at the server's settings.
     *
     * @param bundles null: there are none
     * @throws ParticipantStartException if no certificate would arrive, or one of anybody
     */
    static void check(Environment environment, @Nullable SslBundles bundles) {
        Ssl ssl = Binder.get(environment).bind("server.ssl", Ssl.class).orElse(null);
        ClientAuth asked = ssl == null || !ssl.isEnabled() ? null : ssl.getClientAuth();
        if (ssl == null || asked == null || asked == ClientAuth.NONE) {
            throw new ParticipantStartException(
                    "assent.participant.coordinator-certificates is set, but the server asks nobody for a certificate: it"
                            + " would refuse every message of a coordinator.",
                    "Set server.ssl.bundle, and server.ssl.client-auth=want.");
        }
        if (!namesAuthorities(ssl, bundles)) {
            throw new ParticipantStartException(
                    "assent.participant.coordinator-certificates is set, but it is not said which authority may issue them; so"
                            + " each one would do that this Java runtime knows.",
                    "Give the server's SSL bundle a truststore, such as"
                            + " spring.ssl.bundle.pem.<name>.truststore.certificate=/etc/assent/tls/ca.crt.");
        }
    }

    private static boolean namesAuthorities(Ssl ssl, @Nullable SslBundles bundles) {
        if (ssl.getBundle() == null || bundles == null) {
            return ssl.getTrustStore() != null || ssl.getTrustCertificate() != null;
        }
        return bundles.getBundle(ssl.getBundle()).getStores().getTrustStore() != null;
    }
}
