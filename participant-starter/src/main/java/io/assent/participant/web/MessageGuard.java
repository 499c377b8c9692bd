package io.assent.participant.web;

import io.assent.protocol.CertificateName;
import io.assent.protocol.signature.RequestVerifier;
import io.assent.protocol.signature.RequestVerifier.Refusal;
import io.assent.protocol.signature.SignedRequest;
import io.assent.protocol.wire.Problem;
import io.assent.protocol.wire.ProblemType;
import jakarta.servlet.http.HttpServletRequest;
import java.security.cert.X509Certificate;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets in the messages that come over a connection of a coordinator and that one has signed, as far as either is asked for, and
 * counts the others. Thread-safe.
 */
public final class MessageGuard {

    private static final Logger log = LoggerFactory.getLogger(MessageGuard.class);
    private static final String CHAIN = "jakarta.servlet.request.X509Certificate";
    private static final String CERTIFICATE = "certificate";

    private final Set<CertificateName> coordinators;
    private final @Nullable RequestVerifier verifier;
    private final Map<String, AtomicLong> refused = new LinkedHashMap<>();

    /**
     * Asks for one, both or nothing.
     *
     * @param coordinators what their client certificates name, of which one is enough; empty: nobody looks
     * @param verifier null: nobody looks for signatures
     */
    public MessageGuard(Set<CertificateName> coordinators, @Nullable RequestVerifier verifier) {
        this.coordinators = Set.copyOf(coordinators);
        this.verifier = verifier;
        refused.put(CERTIFICATE, new AtomicLong());
        for (Refusal why : Refusal.values()) {
            refused.put(reason(why), new AtomicLong());
        }
    }

    /**
     * Looks at a message.
     *
     * @param body all of it
     * @return null: it may be obeyed; otherwise the answer, which does not tell in what it failed
     */
    @Nullable
    Problem refuses(HttpServletRequest request, byte[] body) {
        if (!coordinators.isEmpty() && Collections.disjoint(coordinators, names(request))) {
            if (counted(CERTIFICATE)) {
                log.warn(
                        "A message from {} was refused ({}): its connection has no client certificate that names a"
                                + " coordinator, but {}. More of this kind are only counted.",
                        request.getRemoteAddr(),
                        CERTIFICATE,
                        names(request));
            }
            return Problem.of(
                    ProblemType.UNAUTHORIZED, "Only a coordinator may ask this, with a client certificate of its own.");
        }
        Refusal why = verifier == null
                ? null
                : verifier.verify(
                        new SignedRequest(request.getMethod(), request.getRequestURI(), request.getQueryString(), body),
                        request::getHeader);
        if (why == null) {
            return null;
        }
        if (counted(reason(why))) {
            log.warn(
                    "A message from {} was refused ({}): it is not one that a coordinator with a known key has just"
                            + " signed. More of this kind are only counted.",
                    request.getRemoteAddr(),
                    reason(why));
        }
        return why == Refusal.CROWDED
                ? Problem.of(ProblemType.OVERLOADED, "too many messages")
                : Problem.of(
                        ProblemType.UNAUTHORIZED, "Only a coordinator may ask this, with a signature that is fresh.");
    }

    /** In the certificate of the connection, which the server has verified. */
    private static Set<CertificateName> names(HttpServletRequest request) {
        return CertificateName.of((X509Certificate[]) request.getAttribute(CHAIN));
    }

    /** Whether it is the first of its kind: somebody who floods this service must not flood its log as well. */
    private boolean counted(String reason) {
        return Objects.requireNonNull(refused.get(reason)).getAndIncrement() == 0;
    }

    /** Why messages are refused, in words of metrics. */
    public Set<String> reasons() {
        return Collections.unmodifiableSet(refused.keySet());
    }

    /**
     * How many messages were refused for a reason.
     *
     * @param reason one of {@link #reasons()}
     */
    public long refused(String reason) {
        return Objects.requireNonNull(refused.get(reason)).get();
    }

    private static String reason(Refusal why) {
        return why.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
