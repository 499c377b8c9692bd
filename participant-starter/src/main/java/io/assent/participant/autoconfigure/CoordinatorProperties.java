package io.assent.participant.autoconfigure;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The coordinator as this service calls it.
 *
 * @param urls addresses of the coordinator's instances, such as http://coordinator:7070; 1 to 16, asked in this order
 * @param sslBundle name of the SSL bundle with the authorities that are believed of coordinators, and the certificate that they are shown; without it, those of the Java runtime, and none
 * @param connectTimeout for a new connection; 10ms to 1m
 * @param responseTimeout for the answer of one instance, which may wait for completion; 100ms to 5m
 * @param patience how long a commit request is repeated until its outcome is called unknown; 100ms to 1h
 * @param rollbackPatience the same for a rollback request, which is best effort; 100ms to 5m
 * @param maxConcurrentCommits messages with commit requests at once; beyond, commits travel together; 1 to 1000
 * @param commitLinger for how long after the last message with commit requests the next one waits for company while one is under way; 0s to 1s
 * @param maxCommitsPerMessage commits in one message; 1 to 256
 * @param maxConcurrentCalls other requests at once; 1 to 1000
 * @param completionWait how long the answer to a commit or rollback waits for the branches to end once it is decided; whole seconds, 0 to 1m, less than response-timeout; by default half of that, at most 2s
 * @param maxWaiting commits and rollbacks at once whose answer waits for the branches to end, beyond comes with the decision; 0 to 10000, by default half of the server's request threads
 * @param circuitBreaker around every instance
 * @param retry between two rounds over all instances
 */
@ConfigurationProperties("assent.coordinator")
public record CoordinatorProperties(
        @DefaultValue List<URI> urls,
        @Nullable String sslBundle,
        @DefaultValue("1s") Duration connectTimeout,
        @DefaultValue("10s") Duration responseTimeout,
        @DefaultValue("30s") Duration patience,
        @DefaultValue("5s") Duration rollbackPatience,
        @DefaultValue("4") int maxConcurrentCommits,
        @DefaultValue("30ms") Duration commitLinger,
        @DefaultValue("256") int maxCommitsPerMessage,
        @DefaultValue("64") int maxConcurrentCalls,
        @Nullable Duration completionWait,
        @Nullable Integer maxWaiting,
        @DefaultValue CircuitBreaker circuitBreaker,
        @DefaultValue Retry retry) {

    private static final Duration LONGEST_DEFAULT_WAIT = Duration.ofSeconds(2);

    public CoordinatorProperties {
        String prefix = "assent.coordinator.";
        if (urls.isEmpty()) {
            throw new IllegalArgumentException(
                    "assent.coordinator.urls is missing. List the addresses of the coordinator,"
                            + " for example assent.coordinator.urls=http://localhost:7070.");
        }
        Checks.range(prefix + "urls", urls.size(), 1, 16);
        for (URI url : urls) {
            Checks.httpUrl(prefix + "urls", url.toString(), 256);
        }
        urls = urls.stream()
                .map(url -> URI.create(url.toString().replaceAll("/+$", "")))
                .toList();
        Checks.range(prefix + "connect-timeout", connectTimeout, Duration.ofMillis(10), Duration.ofMinutes(1));
        Checks.range(prefix + "response-timeout", responseTimeout, Duration.ofMillis(100), Duration.ofMinutes(5));
        Checks.range(prefix + "patience", patience, Duration.ofMillis(100), Duration.ofHours(1));
        Checks.range(prefix + "rollback-patience", rollbackPatience, Duration.ofMillis(100), Duration.ofMinutes(5));
        Checks.range(prefix + "max-concurrent-commits", maxConcurrentCommits, 1, 1_000);
        Checks.range(prefix + "commit-linger", commitLinger, Duration.ZERO, Duration.ofSeconds(1));
        Checks.range(prefix + "max-commits-per-message", maxCommitsPerMessage, 1, 256);
        Checks.range(prefix + "max-concurrent-calls", maxConcurrentCalls, 1, 1_000);
        if (completionWait != null) {
            Checks.range(prefix + "completion-wait", completionWait, Duration.ZERO, Duration.ofMinutes(1));
            if (!completionWait.equals(Duration.ofSeconds(completionWait.toSeconds()))
                    || completionWait.compareTo(responseTimeout) >= 0) {
                throw new IllegalArgumentException(prefix + "completion-wait=" + completionWait
                        + " must be whole seconds and less than " + prefix + "response-timeout=" + responseTimeout
                        + ".");
            }
        }
        if (maxWaiting != null) {
            Checks.range(prefix + "max-waiting", maxWaiting, 0, 10_000);
        }
    }

    /** What was set, or what fits the response timeout. */
    Duration usedCompletionWait() {
        if (completionWait != null) {
            return completionWait;
        }
        Duration half = Duration.ofSeconds(responseTimeout.dividedBy(2).toSeconds());
        return half.compareTo(LONGEST_DEFAULT_WAIT) < 0 ? half : LONGEST_DEFAULT_WAIT;
    }

    /**
     * When an instance is asked last for a while, after all the others.
     *
     * @param failureRateThreshold percentage of failures that opens the circuit; 1 to 100
     * @param slidingWindowSize how many last calls are looked at; 1 to 10000
     * @param minimumCalls how many of them there must be; 1 to 10000
     * @param openFor for how long an instance with an open circuit is asked last; 10ms to 10m
     */
    public record CircuitBreaker(
            @DefaultValue("50") int failureRateThreshold,
            @DefaultValue("20") int slidingWindowSize,
            @DefaultValue("4") int minimumCalls,
            @DefaultValue("2s") Duration openFor) {

        public CircuitBreaker {
            String prefix = "assent.coordinator.circuit-breaker.";
            Checks.range(prefix + "failure-rate-threshold", failureRateThreshold, 1, 100);
            Checks.range(prefix + "sliding-window-size", slidingWindowSize, 1, 10_000);
            Checks.range(prefix + "minimum-calls", minimumCalls, 1, 10_000);
            Checks.range(prefix + "open-for", openFor, Duration.ofMillis(10), Duration.ofMinutes(10));
        }
    }

    /**
     * Exponential with jitter.
     *
     * @param initialBackoff after the first round; 10ms to 10s
     * @param maxBackoff at most; 10ms to 1m, not less than initial-backoff
     */
    public record Retry(
            @DefaultValue("50ms") Duration initialBackoff,
            @DefaultValue("1s") Duration maxBackoff) {

        public Retry {
            String prefix = "assent.coordinator.retry.";
            Checks.range(prefix + "initial-backoff", initialBackoff, Duration.ofMillis(10), Duration.ofSeconds(10));
            Checks.range(prefix + "max-backoff", maxBackoff, Duration.ofMillis(10), Duration.ofMinutes(1));
            if (maxBackoff.compareTo(initialBackoff) < 0) {
                throw new IllegalArgumentException(prefix + "max-backoff is less than " + prefix + "initial-backoff.");
            }
        }
    }
}
