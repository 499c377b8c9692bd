package io.assent.conformance.http;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/**
 * How long a case waits for what the other side does by itself. Thread-safe.
 *
 * @param limit the longest wait, longer than the pause
 * @param pause between two attempts
 */
public record Patience(Duration limit, Duration pause) {

    /**
     * Asks until there is an answer.
     *
     * @param attempt empty: again
     * @throws CaseFailedException if there is none in time, or the attempt says so
     */
    public <T> T await(String what, Callable<Optional<T>> attempt) {
        try {
            return Awaitility.await()
                    .pollInSameThread()
                    .pollDelay(Duration.ZERO)
                    .pollInterval(pause)
                    .atMost(limit)
                    .until(attempt, Optional::isPresent)
                    .orElseThrow();
        } catch (ConditionTimeoutException e) {
            throw new CaseFailedException("waited " + limit.toSeconds() + " s in vain for " + what);
        }
    }
}
