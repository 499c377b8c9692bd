package io.assent.coordinator.web;

import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
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

    /** Called when the request's thread is done with it, also after an exception; the answer may come later. */
    @Override
    public void afterCompletion(
            HttpServletRequest request, HttpServletResponse response, Object handler, @Nullable Exception failure) {
        if (!(request.getAttribute(PLACE) instanceof CallerLimits.Place place)) {
            return;
        }
        // Nobody ends it before this thread has left, so that the listener hears of every end.
        if (request.isAsyncStarted()) {
            request.getAsyncContext().addListener(new Leaving(place));
        } else {
            place.close();
        }
    }

    /** Leaves the place when the request has ended, in whatever way. */
    private record Leaving(CallerLimits.Place place) implements AsyncListener {

        @Override
        public void onComplete(AsyncEvent event) {
            place.close();
        }

        @Override
        public void onTimeout(AsyncEvent event) {}

        @Override
        public void onError(AsyncEvent event) {}

        @Override
        public void onStartAsync(AsyncEvent event) {}
    }
}
