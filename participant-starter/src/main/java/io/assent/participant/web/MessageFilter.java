package io.assent.participant.web;

import io.assent.protocol.wire.Problem;
import io.assent.protocol.wire.ProblemType;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.util.MimeTypeUtils;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Refuses what is no message of the protocol by its method, path or media type, with a problem. Before the application's
 * filters and Spring MVC: these would read forms and parts of messages, and answer as the application answers errors.
 * Thread-safe.
 */
public final class MessageFilter extends OncePerRequestFilter {

    /** After the filter that counts and traces requests. */
    public static final int ORDER = Ordered.HIGHEST_PRECEDENCE + 10;

    private static final Pattern MESSAGES = Pattern.compile("/(prepare|decisions)");

    /** Whether the ids are well-formed is told by who reads them; here they only are no other path in disguise. */
    private static final Pattern QUESTIONS =
            Pattern.compile("/branches(/[A-Za-z0-9_-][A-Za-z0-9._-]*/[A-Za-z0-9_-][A-Za-z0-9._-]*)?");

    private final String protocolPath;

    /** @param protocolPath where the participant's endpoints are */
    public MessageFilter(String protocolPath) {
        this.protocolPath = protocolPath;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        String method = method(
                request.getRequestURI().substring(request.getContextPath().length()));
        if (method == null) {
            BranchFilter.write(response, Problem.of(ProblemType.NOT_FOUND, null));
        } else if (!method.equals(request.getMethod())) {
            response.setHeader(HttpHeaders.ALLOW, method);
            BranchFilter.write(response, Problem.of(ProblemType.METHOD_NOT_ALLOWED, "Allowed: " + method));
        } else if (method.equals("POST") && !isJson(request)) {
            BranchFilter.write(
                    response,
                    Problem.of(
                                    ProblemType.UNSUPPORTED_MEDIA_TYPE,
                                    "Send the body as Content-Type: application/json, in UTF-8 and as it is")
                            .at(HttpHeaders.CONTENT_TYPE));
        } else {
            chain.doFilter(request, response);
        }
    }

    /** The only method of an address; null if there is nothing. */
    private @Nullable String method(String path) {
        if (!path.startsWith(protocolPath)) {
            return null;
        }
        String rest = path.substring(protocolPath.length());
        if (MESSAGES.matcher(rest).matches()) {
            return "POST";
        }
        return QUESTIONS.matcher(rest).matches() ? "GET" : null;
    }

    private static boolean isJson(HttpServletRequest request) {
        List<String> types = Collections.list(request.getHeaders(HttpHeaders.CONTENT_TYPE));
        if (types.size() != 1 || request.getHeader(HttpHeaders.CONTENT_ENCODING) != null) {
            return false;
        }
        try {
            var type = MimeTypeUtils.parseMimeType(types.get(0));
            Charset charset = type.getCharset();
            return type.equalsTypeAndSubtype(MediaType.APPLICATION_JSON)
                    && (charset == null || charset.equals(StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
