package io.assent.coordinator.web;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpMethod;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.HandlerMapping;

/** Refuses requests of a service that takes enough of this instance already, before their bodies are read. */
final class CallerLimitsInterceptor implements HandlerInterceptor {

    private static final String PLACE = CallerLimitsInterceptor.class.getName() + ".place";

    /** What services send. */
    private static final Map<String, CallerLimits.Kind> KINDS = Map.of(
            Paths.TRANSACTIONS,
            CallerLimits.Kind.BEGINS,
            Paths.TRANSACTIONS + "/{id}/branches",
            CallerLimits.Kind.GOES_ON,
            Paths.TRANSACTIONS + "/{id}/commit",
            CallerLimits.Kind.GOES_ON,
            Paths.COMMITS,
            CallerLimits.Kind.GOES_ON,
            Paths.TRANSACTIONS + "/{id}/rollback",
            CallerLimits.Kind.ENDS,
            Paths.BASE + "/inquiries",
            CallerLimits.Kind.ENDS);

    private final CallerLimits limits;
    private final Answers answers;

    CallerLimitsInterceptor(CallerLimits limits, Answers answers) {
        this.limits = limits;
        this.answers = answers;
    }

    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler)
            throws IOException {
        CallerLimits.Kind kind = HttpMethod.POST.matches(request.getMethod())
                        && request.getAttribute(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE) instanceof String path
                ? KINDS.get(path)
                : null;
        if (kind != null) {
            try {
                request.setAttribute(PLACE, limits.arrive(request, kind));
            } catch (ProblemException e) {
                answers.refuse(request, response, e.problem());
                return false;
            }
        }
        return true;
    }

    /** Called when the request's thread is done with it, also after an exception; an answer that comes later leaves the place. */
    @Override
    public void afterCompletion(
            HttpServletRequest request, HttpServletResponse response, Object handler, @Nullable Exception failure) {
        if (!request.isAsyncStarted()) {
            leave(request);
        }
    }

    /** Leaves the place that the request has, if any. To be called once, before its answer can have been read. */
    static void leave(HttpServletRequest request) {
        if (request.getAttribute(PLACE) instanceof CallerLimits.Place place) {
            place.close();
        }
    }
}
