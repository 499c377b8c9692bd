package io.assent.coordinator.participant;

import java.io.IOException;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLSocket;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.client5.http.ssl.DefaultHostnameVerifier;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.reactor.ssl.SSLBufferMode;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.ssl.NoSuchSslBundleException;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.ssl.SslOptions;

/**
 * TLS to participants: which authorities are believed, and the certificate that this side shows. A participant's certificate has
 * to name the host of its URL, whatever address that was resolved to. When the bundle's files are replaced, the connections made
 * from then on use the new ones. Thread-safe.
 */
public final class ParticipantTls {

    private static final Logger log = LoggerFactory.getLogger(ParticipantTls.class);
    private static final String PROPERTY = "assent.coordinator.participants.ssl-bundle";

    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private volatile TlsSocketStrategy current;

    private ParticipantTls(TlsSocketStrategy first) {
        current = first;
    }

    /** The authorities that the Java runtime knows, and no certificate of this side. */
    public static ParticipantTls ofTheRuntime() {
        return new ParticipantTls(DefaultClientTlsStrategy.createDefault());
    }

    /**
     * What a bundle says, now and after each of its updates.
     *
     * @param bundles null: there are none
     * @throws NoSuchSslBundleException if there is none of that name
     */
    public static ParticipantTls of(String bundle, @Nullable SslBundles bundles) {
        if (bundles == null || !bundles.getBundleNames().contains(bundle)) {
            throw new NoSuchSslBundleException(
                    bundle, PROPERTY + "=" + bundle + ": there is no SSL bundle of that name.");
        }
        ParticipantTls tls = new ParticipantTls(strategy(bundles.getBundle(bundle)));
        bundles.addBundleUpdateHandler(bundle, updated -> tls.replace(bundle, updated));
        return tls;
    }

    /** What the client connects with; it stays the same object. */
    TlsSocketStrategy strategy() {
        return this::upgrade;
    }

    /** Runs after each update, on the thread that has noticed it; must not throw. */
    void onUpdate(Runnable listener) {
        listeners.add(listener);
    }

    private SSLSocket upgrade(Socket socket, String host, int port, Object attachment, HttpContext context)
            throws IOException {
        return current.upgrade(socket, host, port, attachment, context);
    }

    private void replace(String name, SslBundle bundle) {
        try {
            current = strategy(bundle);
        } catch (RuntimeException e) {
            log.error(
                    "SSL bundle {} was changed and cannot be used now; participants are called with what it was before: {}",
                    name,
                    e.toString());
            return;
        }
        log.info("SSL bundle {} was changed; connections to participants use it from now on.", name);
        listeners.forEach(Runnable::run);
    }

    private static TlsSocketStrategy strategy(SslBundle bundle) {
        SslOptions options = bundle.getOptions();
        return new DefaultClientTlsStrategy(
                bundle.createSslContext(),
                options.getEnabledProtocols(),
                options.getCiphers(),
                SSLBufferMode.STATIC,
                new DefaultHostnameVerifier());
    }
}
