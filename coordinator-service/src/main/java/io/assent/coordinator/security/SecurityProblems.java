package io.assent.coordinator.security;

import io.assent.protocol.CertificateName;
import io.assent.protocol.wire.Problem;
import io.assent.protocol.wire.ProblemType;
import io.assent.protocol.wire.WireJson;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.authorization.AuthorityAuthorizationDecision;
import org.springframework.security.authorization.AuthorizationDeniedException;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.oauth2.server.resource.InvalidBearerTokenException;
import org.springframework.security.web.AuthenticationEntryPoint;
import org.springframework.security.web.access.AccessDeniedHandler;

/** Answers 401 and 403 with problems, and with the challenges of RFC 6750; what operators do is written down, too. Thread-safe. */
final class SecurityProblems implements AuthenticationEntryPoint, AccessDeniedHandler {

    private static final String REALM = "Bearer realm=\"assent\"";
    private static final int MOST_NAMES = 5;

    private final String retryAfter;
    private final RefusedActs refusedActs;
    private final boolean certificates;

    /**
     * What all answers have in common.
     *
     * @param retryAfter what the header of that name says where the same request may be sent again; in whole seconds
     * @param certificates whether a client certificate can prove who calls
     */
    SecurityProblems(Duration retryAfter, RefusedActs refusedActs, boolean certificates) {
        this.certificates = certificates;
        this.retryAfter = Long.toString(retryAfter.toSeconds());
        this.refusedActs = refusedActs;
    }

    @Override
    public void commence(HttpServletRequest request, HttpServletResponse response, AuthenticationException failure)
            throws IOException {
        // Not the failure's message: it can quote what was sent.
        if (failure instanceof CallerAuthentication.UnverifiableException) {
            response.setHeader(HttpHeaders.RETRY_AFTER, retryAfter);
            answer(
                    request,
                    response,
                    null,
                    Problem.of(
                            ProblemType.OVERLOADED,
                            "The token cannot be verified now, since its issuer does not answer; nothing was done"));
        } else if (failure instanceof InvalidBearerTokenException) {
            answer(
                    request,
                    response,
                    REALM + ", error=\"invalid_token\"",
                    Problem.of(
                            ProblemType.UNAUTHORIZED, "The key or token is unknown here, expired or not well-formed"));
        } else {
            answer(request, response, REALM, Problem.of(ProblemType.UNAUTHORIZED, missing(request)));
        }
    }

    private String missing(HttpServletRequest request) {
        if (!certificates) {
            return "Send a key or a token: Authorization: Bearer …";
        }
        // Its own, so they tell the caller nothing that it does not know.
        Set<CertificateName> names = ServiceCertificates.names(request);
        return names.isEmpty()
                ? "Connect with a client certificate that names a service which is listed here, or send a key or a token:"
                        + " Authorization: Bearer …"
                : "What the client certificate names is not listed here, or as two services: " + shown(names);
    }

    private static String shown(Set<CertificateName> names) {
        String text = names.stream().limit(MOST_NAMES).map(Object::toString).collect(Collectors.joining(", "));
        return text.length() <= RefusedActs.LONGEST ? text : text.substring(0, RefusedActs.LONGEST) + "…";
    }

    @Override
    public void handle(HttpServletRequest request, HttpServletResponse response, AccessDeniedException denied)
            throws IOException {
        List<String> needed = needed(denied);
        String detail = needed.isEmpty() ? null : "This needs the scope " + String.join(" or ", needed);
        String scope = needed.isEmpty() ? "" : ", scope=\"" + needed.get(0) + '"';
        answer(
                request,
                response,
                REALM + ", error=\"insufficient_scope\"" + scope,
                Problem.of(ProblemType.FORBIDDEN, detail));
    }

    /** One of these; the one that allows least comes first. */
    private static List<String> needed(AccessDeniedException denied) {
        return denied instanceof AuthorizationDeniedException refused
                        && refused.getAuthorizationResult() instanceof AuthorityAuthorizationDecision decision
                ? decision.getAuthorities().stream()
                        .map(Scope::text)
                        .filter(Objects::nonNull)
                        .sorted(Comparator.comparing(Scope::of))
                        .toList()
                : List.of();
    }

    private void answer(
            HttpServletRequest request, HttpServletResponse response, @Nullable String challenge, Problem problem)
            throws IOException {
        refusedActs.refused(request, problem);
        response.setStatus(problem.status());
        if (challenge != null) {
            response.setHeader(HttpHeaders.WWW_AUTHENTICATE, challenge);
        }
        response.setContentType(Problem.MEDIA_TYPE);
        response.setCharacterEncoding(StandardCharsets.UTF_8.name());
        response.getWriter().write(WireJson.strict().writeValueAsString(problem));
    }
}
