package io.assent.protocol;

import java.net.URI;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a certificate calls its owner: one of its subject alternative names (RFC 5280, section 4.2.1.6), a DNS name or a URI. The
 * subject's common name is none of them: it has no agreed form, and what issues certificates to services leaves it empty.
 *
 * @param value a DNS name in lower case, since they are the same in any; a URI as it is
 */
public record CertificateName(Kind kind, String value) {

    /** In characters; as SPIFFE bounds its ids. */
    public static final int LONGEST = 2_048;

    /** What sort of name it is. */
    public enum Kind {
        DNS(2),
        URI(6);

        /** In the certificate. */
        private final int tag;

        Kind(int tag) {
            this.tag = tag;
        }

        private String prefix() {
            return name().toLowerCase(Locale.ROOT) + ":";
        }
    }

    private static final Pattern HOST =
            Pattern.compile("(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*");

    private static final Pattern UNPRINTABLE = Pattern.compile("[^\\x21-\\x7e]");

    private static final String FORM =
            "expected dns: and a host's name without wildcards, or uri: and an absolute URI, such as"
                    + " dns:order-service.shop.svc or uri:spiffe://example.org/order-service";

    public CertificateName {
        value = kind == Kind.DNS ? value.toLowerCase(Locale.ROOT) : value;
    }

    /**
     * The name as it is written in settings.
     *
     * @throws IllegalArgumentException saying what was expected
     */
    public static CertificateName parse(String text) {
        for (Kind kind : Kind.values()) {
            if (text.startsWith(kind.prefix()) && text.length() <= LONGEST) {
                CertificateName name =
                        new CertificateName(kind, text.substring(kind.prefix().length()));
                if (kind == Kind.DNS ? HOST.matcher(name.value()).matches() : absolute(name.value())) {
                    return name;
                }
            }
        }
        throw new IllegalArgumentException("\"" + text + "\" is no name of a certificate; " + FORM);
    }

    private static boolean absolute(String text) {
        try {
            return URI.create(text).isAbsolute() && !UNPRINTABLE.matcher(text).find();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /**
     * The names in a certificate, in its order; whoever has made it is believed, so what made it has to be verified before.
     *
     * @param chain of a connection, its own certificate first; null or empty: it has none
     * @return empty also if the names cannot be read
     */
    public static Set<CertificateName> of(X509Certificate @Nullable [] chain) {
        Set<CertificateName> names = new LinkedHashSet<>();
        if (chain != null && chain.length > 0) {
            for (List<?> entry : alternatives(chain[0])) {
                for (Kind kind : Kind.values()) {
                    if (Integer.valueOf(kind.tag).equals(entry.get(0)) && entry.get(1) instanceof String value) {
                        names.add(new CertificateName(kind, value));
                    }
                }
            }
        }
        return names;
    }

    private static Collection<List<?>> alternatives(X509Certificate certificate) {
        try {
            Collection<List<?>> all = certificate.getSubjectAlternativeNames();
            return all == null ? List.of() : all;
        } catch (CertificateParsingException e) {
            return List.of();
        }
    }

    /** As {@link #parse} takes it; what it would not take has a question mark for all but visible ASCII, for logs and answers. */
    @Override
    public String toString() {
        return kind.prefix() + UNPRINTABLE.matcher(value).replaceAll("?");
    }
}
