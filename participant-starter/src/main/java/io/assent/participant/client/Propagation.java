package io.assent.participant.client;

import io.assent.participant.engine.CurrentTransaction;
import io.assent.participant.engine.GlobalTransactionContext;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.springframework.util.PatternMatchUtils;

/**
 * Which calls carry the transaction: those to hosts that match. A call that carries it and brings no vote makes the
 * transaction roll back, so services that do not take part have to be left out. Thread-safe.
 */
public final class Propagation {

    private final List<String> included;
    private final List<String> excluded;
    private final boolean direct;

    /**
     * @param included patterns of {@code host} or {@code host:port}, with {@code *} for any characters
     * @param excluded the same; wins over {@code included}
     * @param direct whether further calls to a service that holds a branch open go to the very process that does
     */
    public Propagation(List<String> included, List<String> excluded, boolean direct) {
        this.included = included;
        this.excluded = excluded;
        this.direct = direct;
    }

    /** The transaction that a call to {@code uri} belongs to, if it carries one. */
    Optional<GlobalTransactionContext> contextFor(URI uri) {
        GlobalTransactionContext context = CurrentTransaction.forCalls();
        return context == null || !carries(uri) ? Optional.empty() : Optional.of(context);
    }

    boolean carries(URI uri) {
        return matches(included, uri) && !matches(excluded, uri);
    }

    /** Scheme, host and port. */
    static String origin(URI uri) {
        return uri.getScheme() + "://" + uri.getRawAuthority();
    }

    /** Where the call has to go: another address than {@code uri} if a branch is held open there by one of several replicas. */
    URI target(GlobalTransactionContext context, URI uri) {
        String holder = direct ? context.holder(origin(uri)) : null;
        if (holder == null || uri.isOpaque()) {
            return uri;
        }
        URI process = URI.create(holder);
        String target = process.getScheme() + "://" + process.getRawAuthority() + uri.getRawPath();
        return URI.create(uri.getRawQuery() == null ? target : target + "?" + uri.getRawQuery());
    }

    private static boolean matches(List<String> patterns, URI uri) {
        String host = String.valueOf(uri.getHost()).toLowerCase(Locale.ROOT);
        String hostAndPort = host + ":" + port(uri);
        return patterns.stream()
                .map(pattern -> pattern.toLowerCase(Locale.ROOT))
                .anyMatch(
                        pattern -> PatternMatchUtils.simpleMatch(pattern, pattern.contains(":") ? hostAndPort : host));
    }

    private static int port(URI uri) {
        if (uri.getPort() != -1) {
            return uri.getPort();
        }
        return "https".equalsIgnoreCase(uri.getScheme()) ? 443 : 80;
    }
}
