package io.assent.coordinator.web;

import io.assent.coordinator.operations.Audit;
import io.assent.coordinator.security.Callers;
import io.assent.protocol.wire.Problem;
import io.assent.protocol.wire.ProblemType;
import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.util.ConcurrentLruCache;

/**
 * What each calling service takes of this instance, so that the others find room. Who is refused is told so before anything
 * was done for the request. Thread-safe; never blocks.
 */
final class CallerLimits {

    private static final Logger log = LoggerFactory.getLogger(CallerLimits.class);

    /** Subjects of tokens are not a fixed list. Beyond this, who has not called for the longest time begins anew. */
    private static final int MOST_CALLERS = 10_000;

    private static final Duration BETWEEN_LINES = Duration.ofMinutes(1);

    private final CallerSettings settings;
    private final UndecidedCount undecided;
    private final InstantSource clock;
    private final ConcurrentLruCache<String, Caller> callers;
    private final Map<Bound, Counter> refused = new EnumMap<>(Bound.class);

    CallerLimits(CallerSettings settings, UndecidedCount undecided, InstantSource clock, MeterRegistry registry) {
        this.settings = settings;
        this.undecided = undecided;
        this.clock = clock;
        this.callers = new ConcurrentLruCache<>(MOST_CALLERS, name -> new Caller(settings));
        for (Bound bound : Bound.values()) {
            refused.put(
                    bound,
                    Counter.builder("assent.callers.refused")
                            .description(
                                    "Requests refused since their service takes enough of this instance already, or has left too many"
                                            + " transactions undecided")
                            .tag("reason", bound.name().toLowerCase(Locale.ROOT))
                            .register(registry));
        }
    }

    /** What is counted together. Otherwise a service whose commits take all its places could not roll back. */
    enum Kind {
        /** What leaves something undecided; counted with those that go on. */
        BEGINS,
        /** Enlistments, commits. */
        GOES_ON,
        /** Rollbacks, inquiries: they end work, and no rate holds for them. */
        ENDS
    }

    private enum Bound {
        RATE,
        OPEN,
        BODIES,
        UNDECIDED
    }

    /** Is taken until it is left; to be left once. */
    interface Place extends AutoCloseable {

        /** Of whom nothing is counted. */
        Place NONE = () -> {};

        @Override
        void close();
    }

    /**
     * Counts a request from here until the place is left.
     *
     * @throws ProblemException if its service has sent, or has at work, as many as it may
     */
    Place arrive(HttpServletRequest request, Kind kind) {
        String name = Callers.service(request);
        if (name == null) {
            return Place.NONE;
        }
        Caller caller = callers.get(name);
        if (kind != Kind.ENDS && !caller.mayGoOn(1)) {
            throw tooManyASecond(name, caller);
        }
        Semaphore open = kind == Kind.ENDS ? caller.ending : caller.goingOn;
        if (!open.tryAcquire()) {
            throw refused(
                    name,
                    caller,
                    Bound.OPEN,
                    "This instance works on at most %d requests of one service at once".formatted(settings.maxOpen()));
        }
        if (kind == Kind.BEGINS && !undecided.mayBegin(name)) {
            open.release();
            throw refused(
                    name,
                    caller,
                    Bound.UNDECIDED,
                    "There may be at most %d transactions of one service that are begun and not decided"
                            .formatted(settings.maxUndecided()));
        }
        return open::release;
    }

    /**
     * Counts the commits of a message that counted as one request when it arrived. A message with more than a second's worth
     * takes a whole second's.
     *
     * @throws ProblemException if its service has sent as many as it may
     */
    void commits(HttpServletRequest request, int commits) {
        int more = Math.min(commits, settings.maxRequestsPerSecond()) - 1;
        if (more < 1) {
            return;
        }
        String name = Callers.service(request);
        if (name == null) {
            return;
        }
        Caller caller = callers.get(name);
        if (!caller.mayGoOn(more)) {
            throw tooManyASecond(name, caller);
        }
    }

    /**
     * Counts a body that has to be waited for, which holds a thread, from here until the place is left.
     *
     * @throws ProblemException if as many of its service's are being waited for as may be
     */
    Place body(HttpServletRequest request) {
        String name = Callers.service(request);
        if (name == null) {
            return Place.NONE;
        }
        Caller caller = callers.get(name);
        if (!caller.bodies.tryAcquire()) {
            throw refused(
                    name,
                    caller,
                    Bound.BODIES,
                    "This instance waits for at most %d bodies of one service at once".formatted(settings.maxBodies()));
        }
        return caller.bodies::release;
    }

    private ProblemException tooManyASecond(String name, Caller caller) {
        return refused(
                name,
                caller,
                Bound.RATE,
                "This instance takes at most %d requests of one service in a second"
                        .formatted(settings.maxRequestsPerSecond()));
    }

    private ProblemException refused(String name, Caller caller, Bound bound, String limit) {
        Counter counter = refused.get(bound);
        if (counter != null) {
            counter.increment();
        }
        if (caller.isLineDue(clock.instant())) {
            log.warn(
                    "Requests of {} are refused: {}. They have decided nothing and may come again",
                    Audit.quoted(name),
                    limit);
        }
        return new ProblemException(Problem.of(
                ProblemType.RATE_LIMITED,
                limit + ". This request has decided nothing; ask again after the time in Retry-After"));
    }

    /** What one service takes. */
    private static final class Caller {

        private final @Nullable RateLimiter rate;
        private final Semaphore goingOn;
        private final Semaphore ending;
        private final Semaphore bodies;
        private final AtomicReference<Instant> nextLine = new AtomicReference<>(Instant.MIN);

        Caller(CallerSettings settings) {
            rate = settings.maxRequestsPerSecond() == 0
                    ? null
                    : RateLimiter.of(
                            "caller",
                            RateLimiterConfig.custom()
                                    .limitForPeriod(settings.maxRequestsPerSecond())
                                    .limitRefreshPeriod(Duration.ofSeconds(1))
                                    .timeoutDuration(Duration.ZERO)
                                    .build());
            goingOn = new Semaphore(settings.maxOpen());
            ending = new Semaphore(settings.maxOpen());
            bodies = new Semaphore(settings.maxBodies());
        }

        boolean mayGoOn(int requests) {
            return rate == null || rate.acquirePermission(requests);
        }

        boolean isLineDue(Instant now) {
            Instant due = nextLine.get();
            return !now.isBefore(due) && nextLine.compareAndSet(due, now.plus(BETWEEN_LINES));
        }
    }
}
