package io.assent.coordinator.engine;

import java.time.Duration;

/**
 * The engine's bounds. Every one is checked here; a value out of range is refused, never adjusted.
 *
 * @param maxBranches how many branches one transaction may have; 1 to 1,000
 * @param longestLifetime the longest time from an id's creation to its deadline (R9, R10); 1 s to 1 day. The same value
 *     as the decision log's
 * @param voteTimeout the longest time in which a branch may answer a request for its vote, also when the deadline is
 *     later or unknown; 10 ms to {@code longestLifetime}
 * @param answerWithin how long a caller waits for a decision before it is told "unknown, ask again"; the work goes on;
 *     10 ms to 10 min
 * @param decisionRetry waits between repeats of a log call whose result is not known (L3)
 * @param redelivery waits between orders to a branch that does not acknowledge
 * @param heuristicRetry time until a branch that ended against the decision is ordered again; 1 s to 1 day
 * @param takeOverAfter how long after an attempt is due another instance may take the transaction over. It bounds how
 *     long branches wait for an instance that died. A call to a participant that takes longer is made by two instances
 *     (harmless, but twice the messages, and never more: the taker's lease keeps the others away); 100 ms to 1 h
 * @param maxInFlight how many transactions this instance works on at once; beyond it new ones are refused as overloaded.
 *     Commits are let in up to nine tenths of it; the rest is for rollbacks and recovery; 1 to 1,000,000
 * @param maxRedelivering how many of them may wait in memory for a branch to acknowledge; others are left to recovery
 *     passes of any instance; 0 to {@code maxInFlight}
 * @param recoveryBatch how many transactions one recovery pass takes over at most; 1 to 10,000
 * @param recoveryLease for how long a recovery pass keeps other instances from taking the same ones; 100 ms to 1 h
 * @param admission what is let in
 */
public record EngineSettings(
        int maxBranches,
        Duration longestLifetime,
        Duration voteTimeout,
        Duration answerWithin,
        Backoff decisionRetry,
        Backoff redelivery,
        Duration heuristicRetry,
        Duration takeOverAfter,
        int maxInFlight,
        int maxRedelivering,
        int recoveryBatch,
        Duration recoveryLease,
        AdmissionLimits admission) {

    public EngineSettings {
        within("maxBranches", maxBranches, 1, 1_000);
        within("longestLifetime", longestLifetime, Duration.ofSeconds(1), Duration.ofDays(1));
        within("voteTimeout", voteTimeout, Duration.ofMillis(10), longestLifetime);
        within("answerWithin", answerWithin, Duration.ofMillis(10), Duration.ofMinutes(10));
        within("heuristicRetry", heuristicRetry, Duration.ofSeconds(1), Duration.ofDays(1));
        within("takeOverAfter", takeOverAfter, Duration.ofMillis(100), Duration.ofHours(1));
        within("maxInFlight", maxInFlight, 1, 1_000_000);
        within("maxRedelivering", maxRedelivering, 0, maxInFlight);
        within("recoveryBatch", recoveryBatch, 1, 10_000);
        within("recoveryLease", recoveryLease, Duration.ofMillis(100), Duration.ofHours(1));
    }

    /** What is used where nothing else is set. */
    public static EngineSettings defaults() {
        return new EngineSettings(
                100,
                Duration.ofHours(1),
                Duration.ofSeconds(30),
                Duration.ofSeconds(30),
                new Backoff(Duration.ofMillis(50), Duration.ofSeconds(5)),
                new Backoff(Duration.ofMillis(200), Duration.ofSeconds(10)),
                Duration.ofMinutes(5),
                Duration.ofSeconds(1),
                10_000,
                2_000,
                200,
                Duration.ofSeconds(10),
                AdmissionLimits.defaults());
    }

    private static void within(String name, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(name + " is " + value + ": expected " + least + " to " + most);
        }
    }

    private static void within(String name, Duration value, Duration least, Duration most) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw new IllegalArgumentException(name + " is " + value + ": expected " + least + " to " + most);
        }
    }
}
