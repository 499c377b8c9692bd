package io.assent.coordinator.web;

import io.assent.protocol.wire.Problem;
import io.assent.protocol.wire.ProblemType;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.springframework.http.HttpMethod;
import org.springframework.web.servlet.HandlerInterceptor;

/**
 * Refuses addresses that only seem to name something here: encoded or dotted paths, path parameters, and query
 * parameters that nobody reads.
 */
final class ApiInterceptor implements HandlerInterceptor {

    /** Everything that the API's paths and ids are made of. */
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9/_-]+");

    private static final Set<String> OF_SEARCH =
            Set.of("state", "outcome", "name", "participant", "older-than", "limit", "cursor");

    /** Of the only log, or of one of several. */
    private static final Pattern RECONCILIATION = Pattern.compile(Paths.BASE + "/log(s/[^/]+)?/reconciliation");

    private static final Set<String> OF_RECONCILIATION = Set.of("epoch", "after", "limit", "participant");

    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
        String path = request.getRequestURI();
        if (!PLAIN.matcher(path).matches()) {
            throw new ProblemException(
                    Problem.of(ProblemType.NOT_FOUND, "Paths here consist of letters, digits and -"));
        }
        if (request.getQueryString() == null || request.getQueryString().isEmpty()) {
            return true;
        }
        // Parameters of a POST could stem from its body, which must not be read here.
        Set<String> known = HttpMethod.GET.matches(request.getMethod()) ? parameters(path) : Set.of();
        if (known.isEmpty()) {
            throw new ProblemException(Problem.of(ProblemType.UNKNOWN_FIELD, "This call has no query parameters")
                    .at("query"));
        }
        Map<String, String[]> parameters;
        try {
            parameters = request.getParameterMap();
        } catch (IllegalStateException | IllegalArgumentException e) {
            throw new ProblemException(Problem.of(ProblemType.MALFORMED_REQUEST, "The query is not well-formed")
                    .at("query"));
        }
        parameters.forEach((name, values) -> {
            if (!known.contains(name)) {
                throw new ProblemException(Problem.of(ProblemType.UNKNOWN_FIELD, "Known parameters: " + known)
                        .at(name.length() > 64 ? "query" : name));
            }
            if (values.length > 1 && !repeatable(path, name)) {
                throw new ProblemException(Problem.of(ProblemType.DUPLICATE_MEMBER, "The parameter is given twice")
                        .at(name));
            }
        });
        return true;
    }

    private static Set<String> parameters(String path) {
        if (path.equals(Paths.TRANSACTIONS)) {
            return OF_SEARCH;
        }
        return RECONCILIATION.matcher(path).matches() ? OF_RECONCILIATION : Set.of();
    }

    private static boolean repeatable(String path, String name) {
        return RECONCILIATION.matcher(path).matches() && name.equals("participant");
    }
}
