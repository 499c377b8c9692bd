package io.assent.conformance;

import io.assent.conformance.http.RecordingClient.Request;
import java.net.URI;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request that can be sent many times: {@code METHOD URL [BODY]}, in which {@code ${unique}} stands for a key that is
 * another one each time.
 *
 * @param method such as POST
 * @param url with or without the placeholder
 * @param body JSON, or null for none
 */
public record HttpTemplate(
        String method, String url, @Nullable String body) {

    /** What is replaced. */
    public static final String PLACEHOLDER = "${unique}";

    /**
     * Reads the form {@code METHOD URL [BODY]}.
     *
     * @throws IllegalArgumentException with a message for the user, if it has another form
     */
    public static HttpTemplate parse(String text) {
        String[] parts = text.strip().split("\\s+", 3);
        if (parts.length < 2 || !parts[0].matches("[A-Z]+")) {
            throw new IllegalArgumentException(
                    "expected METHOD URL [BODY], such as 'POST http://localhost:8082/api/reservations {…}', was: "
                            + text);
        }
        HttpTemplate template = new HttpTemplate(parts[0], parts[1], parts.length > 2 ? parts[2] : null);
        URI uri = template.request("x").uri();
        if (uri.getHost() == null || !"http".equals(uri.getScheme()) && !"https".equals(uri.getScheme())) {
            throw new IllegalArgumentException("not an http or https address: " + parts[1]);
        }
        return template;
    }

    /** Whether it has a place for the key. */
    public boolean isUnique() {
        return url.contains(PLACEHOLDER) || body != null && body.contains(PLACEHOLDER);
    }

    /** The request for one key. */
    public Request request(String unique) {
        return new Request(
                method,
                URI.create(url.replace(PLACEHOLDER, unique)),
                Map.of(),
                body == null ? null : body.replace(PLACEHOLDER, unique));
    }
}
