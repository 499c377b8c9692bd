package io.assent.coordinator.security;

import io.assent.coordinator.operations.Audit;
import io.assent.protocol.wire.Problem;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.springframework.http.HttpMethod;
import org.springframework.security.web.servlet.util.matcher.PathPatternRequestMatcher;
import org.springframework.security.web.util.matcher.RequestMatcher;

/**
 * Writes down what somebody tried to do that is an operator's business, and was not let. Whoever reaches the port can make
 * such lines, so each is short, and there is a bound to them: one for those who are not known, and one for those who are, so
 * that strangers hide nothing that somebody with a key tries. Thread-safe.
 */
final class RefusedActs {

    /** Characters of a value. */
    static final int LONGEST = 200;

    private static final Duration MINUTE = Duration.ofMinutes(1);

    /** What services do; everything else that is not only looked at is for operators. */
    private static final List<RequestMatcher> OF_SERVICES = Permissions.OF_CALLS.stream()
            .<RequestMatcher>map(permission ->
                    PathPatternRequestMatcher.withDefaults().matcher(permission.method(), permission.path()))
            .toList();

    private final Audit audit;
    private final InstantSource clock;
    private final Bound known;
    private final Bound unknown;

    /** @param perMinute lines in a minute, for each of the two; not negative */
    RefusedActs(Audit audit, InstantSource clock, int perMinute) {
        this.audit = audit;
        this.clock = clock;
        this.known = new Bound(perMinute);
        this.unknown = new Bound(perMinute);
    }

    /** @param problem the answer to the request, which was not carried out */
    void refused(HttpServletRequest request, Problem problem) {
        if (!isAct(request)) {
            return;
        }
        Bound bound = request.getUserPrincipal() == null ? unknown : known;
        long leftOut = bound.next(clock.instant());
        if (leftOut >= 0) {
            // What was sent as a reason was not read.
            audit.done(
                    cut(Callers.who(request)),
                    request.getMethod(),
                    cut(request.getRequestURI()),
                    "",
                    Audit.result(problem) + (leftOut == 0 ? "" : "; " + leftOut + " more before it are not written"));
        }
    }

    /** All that operators do is a POST. */
    private static boolean isAct(HttpServletRequest request) {
        return HttpMethod.POST.matches(request.getMethod())
                && OF_SERVICES.stream().noneMatch(call -> call.matches(request));
    }

    private static String cut(String text) {
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "…";
    }

    /** So many in a minute. */
    private static final class Bound {

        private final int perMinute;
        private Instant since = Instant.EPOCH;
        private int written;
        private long leftOut;

        Bound(int perMinute) {
            this.perMinute = perMinute;
        }

        /** How many were left out since the last that was written; -1: this one is, too. */
        synchronized long next(Instant now) {
            // A clock that was set back begins a new minute as well; otherwise nothing would be written until it is
            // there again.
            if (now.isBefore(since) || !now.isBefore(since.plus(MINUTE))) {
                since = now;
                written = 0;
            }
            if (written == perMinute) {
                leftOut++;
                return -1;
            }
            long before = leftOut;
            written++;
            leftOut = 0;
            return before;
        }
    }
}
