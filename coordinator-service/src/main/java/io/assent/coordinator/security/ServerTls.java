package io.assent.coordinator.security;

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
     * @throws SecurityNotChosenException if no certificate would arrive, or one of anybody
     */
    static void check(Environment environment, @Nullable SslBundles bundles) {
        Ssl ssl = Binder.get(environment).bind("server.ssl", Ssl.class).orElse(null);
        if (ssl == null || !asks(ssl)) {
            throw new SecurityNotChosenException(
                    "Certificates of services are listed, but the server asks nobody for one.",
                    "Set server.ssl.bundle, and server.ssl.client-auth=want. With need instead, whoever has no certificate"
                            + " is not let in at all, and probes have none.");
        }
        // The actuator's own port has the same settings unless it has some of its own; the same callers are known
        // there.
        Ssl actuator =
                Binder.get(environment).bind("management.server.ssl", Ssl.class).orElse(ssl);
        if (!namesAuthorities(ssl, bundles) || asks(actuator) && !namesAuthorities(actuator, bundles)) {
            throw new SecurityNotChosenException(
                    "Certificates of services are listed, but it is not said which authority may issue them; so each one would"
                            + " do that this Java runtime knows.",
                    "Give the SSL bundle of the server, and of the actuator if it has another, a truststore, such as"
                            + " spring.ssl.bundle.pem.<name>.truststore.certificate=/etc/assent/tls/ca.crt.");
        }
    }

    private static boolean asks(Ssl ssl) {
        ClientAuth asked = ssl.getClientAuth();
        return ssl.isEnabled() && asked != null && asked != ClientAuth.NONE;
    }

    private static boolean namesAuthorities(Ssl ssl, @Nullable SslBundles bundles) {
        if (ssl.getBundle() == null || bundles == null) {
            return ssl.getTrustStore() != null || ssl.getTrustCertificate() != null;
        }
        return bundles.getBundle(ssl.getBundle()).getStores().getTrustStore() != null;
    }
}
