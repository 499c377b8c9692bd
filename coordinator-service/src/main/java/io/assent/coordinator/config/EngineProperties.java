package io.assent.coordinator.config;

import io.assent.coordinator.engine.AdmissionLimits;
import io.assent.coordinator.engine.Backoff;
import io.assent.coordinator.engine.EngineSettings;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Bounds of the engine. How many branches a transaction may have and how long it may live are settings of the decision log.
 *
 * @param voteTimeout Longest time in which a branch may answer a request for its vote, also when the deadline is later (10ms to the longest lifetime).
 * @param answerWithin How long a caller waits for a decision before it is told "unknown, ask again"; the work goes on (10ms to 10m).
 * @param decisionRetryFirst First wait before a decision write whose result is not known is repeated; doubles (1ms to decision-retry-longest).
 * @param decisionRetryLongest Longest such wait (up to 10m).
 * @param redeliveryFirst First wait before an order that was not acknowledged is sent again; doubles (1ms to redelivery-longest).
 * @param redeliveryLongest Longest such wait (up to 1h).
 * @param heuristicRetry Time until a branch that ended against the decision is ordered again (1s to 1d).
 * @param takeOverAfter How long after an attempt is due another instance may take a transaction over (100ms to 1h).
 * @param maxInFlight Transactions that this instance works on at once; more are refused as overloaded, commits from nine tenths of it on (1 to 1000000).
 * @param maxRedelivering How many of them may wait in memory for an acknowledgement; others are left to recovery passes (0 to max-in-flight).
 * @param maxUndecided Commit and begin requests of one log without a decision at once; more are refused as overloaded (1 to 1000000).
 * @param maxUnacknowledged Branches of one participant that are decided, or about to be, and have not acknowledged; commits that would add more wait, then are refused (1 to 1000000).
 * @param admissionWait How long they wait (0s to 10s).
 */
@ConfigurationProperties("assent.coordinator.engine")
public record EngineProperties(
        @DefaultValue("30s") Duration voteTimeout,
        @DefaultValue("30s") Duration answerWithin,
        @DefaultValue("50ms") Duration decisionRetryFirst,
        @DefaultValue("5s") Duration decisionRetryLongest,
        @DefaultValue("200ms") Duration redeliveryFirst,
        @DefaultValue("10s") Duration redeliveryLongest,
        @DefaultValue("5m") Duration heuristicRetry,
        @DefaultValue("1s") Duration takeOverAfter,
        @DefaultValue("10000") int maxInFlight,
        @DefaultValue("2000") int maxRedelivering,
        @DefaultValue("1000") int maxUndecided,
        @DefaultValue("2000") int maxUnacknowledged,
        @DefaultValue("500ms") Duration admissionWait) {

    private static final String PREFIX = "assent.coordinator.engine.";

    /** @throws IllegalArgumentException naming the property that is out of range, and the range */
    public EngineProperties {
        between("decision-retry-longest", decisionRetryLongest, Duration.ofMillis(1), Duration.ofMinutes(10));
        between("decision-retry-first", decisionRetryFirst, Duration.ofMillis(1), decisionRetryLongest);
        between("redelivery-longest", redeliveryLongest, Duration.ofMillis(1), Duration.ofHours(1));
        between("redelivery-first", redeliveryFirst, Duration.ofMillis(1), redeliveryLongest);
        between("vote-timeout", voteTimeout, Duration.ofMillis(10), Duration.ofDays(1));
        between("answer-within", answerWithin, Duration.ofMillis(10), Duration.ofMinutes(10));
        between("heuristic-retry", heuristicRetry, Duration.ofSeconds(1), Duration.ofDays(1));
        between("take-over-after", takeOverAfter, Duration.ofMillis(100), Duration.ofHours(1));
        between("max-in-flight", maxInFlight, 1, 1_000_000);
        between("max-redelivering", maxRedelivering, 0, maxInFlight);
        between("max-undecided", maxUndecided, 1, 1_000_000);
        between("max-unacknowledged", maxUnacknowledged, 1, 1_000_000);
        between("admission-wait", admissionWait, Duration.ZERO, Duration.ofSeconds(10));
    }

    EngineSettings settings(int maxBranches, Duration longestLifetime, int recoveryBatch, Duration recoveryLease) {
        between("vote-timeout", voteTimeout, Duration.ofMillis(10), longestLifetime);
        return new EngineSettings(
                maxBranches,
                longestLifetime,
                voteTimeout,
                answerWithin,
                new Backoff(decisionRetryFirst, decisionRetryLongest),
                new Backoff(redeliveryFirst, redeliveryLongest),
                heuristicRetry,
                takeOverAfter,
                maxInFlight,
                maxRedelivering,
                recoveryBatch,
                recoveryLease,
                new AdmissionLimits(maxUndecided, maxUnacknowledged, admissionWait));
    }

    private static <T extends Comparable<? super T>> void between(String property, T value, T least, T most) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw new IllegalArgumentException(
                    "%s%s must be from %s to %s, but is %s".formatted(PREFIX, property, least, most, value));
        }
    }
}
