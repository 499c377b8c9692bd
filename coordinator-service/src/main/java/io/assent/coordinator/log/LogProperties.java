package io.assent.coordinator.log;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of the decision log. A value out of range ends the start with a message that names the property.
 *
 * @param mode {@code single}: one PostgreSQL, a decision is as durable as its disk; {@code replicated}: every decision
 *     waits for a synchronous standby, and a server without one is refused (L4)
 * @param expectedSystemIdentifier system identifier of the cluster ({@code select system_identifier from
 *     pg_control_system()}); absent: the one in which the log was first used, which the log itself remembers
 * @param writers threads that write decisions, each with a connection of its own; 1 to 16
 * @param maxBatch decisions in one statement; 1 to 1,000
 * @param progressDelay how long a record of what became of branches waits for others, to be written with them in one
 *     statement. Nobody waits for it; an instance that is killed meanwhile has the orders sent once more; 0 to 1 s
 * @param queue decisions that may wait for a writer, and as many other calls for a connection; above it calls are
 *     answered "unavailable"; 1 to 1,000,000
 * @param connections size of the pool for everything but decisions; 5 to 200
 * @param socketTimeout how long a reply of the database is waited for; what was sent is then indeterminate (L2); whole
 *     seconds, 1 s to 10 min
 * @param connectTimeout how long a new connection, or a free one of the pool, is waited for; whole seconds, 1 s to 1 min
 * @param verifyInterval how long a connection for decisions is trusted before it is verified again (L4); 100 ms to 1 min
 * @param maxBranches executions in one transaction, adopted ones included; 1 to 1,000
 * @param longestLifetime from the time in an id to the last moment at which it may begin or commit (R9); 1 s to 7 d
 * @param retention how long finished transactions are kept, at least; {@code longestLifetime} + 5 min to 3,650 d
 * @param partitionWidth time that one partition of the log covers, and so how much is dropped at once; whole seconds, 1 min
 *     to 366 d, and at least a thousandth of {@code retention}
 * @param cleanupInterval time between two looks after the partitions; 1 s to 1 h
 * @param searchTimeout how long a search may take in the database; 100 ms to 1 min
 */
@ConfigurationProperties("assent.coordinator.log")
public record LogProperties(
        @DefaultValue("single") Mode mode,
        @Nullable String expectedSystemIdentifier,
        @DefaultValue("2") int writers,
        @DefaultValue("256") int maxBatch,
        @DefaultValue("20ms") Duration progressDelay,
        @DefaultValue("10000") int queue,
        @DefaultValue("10") int connections,
        @DefaultValue("30s") Duration socketTimeout,
        @DefaultValue("5s") Duration connectTimeout,
        @DefaultValue("5s") Duration verifyInterval,
        @DefaultValue("100") int maxBranches,
        @DefaultValue("1h") Duration longestLifetime,
        @DefaultValue("30d") Duration retention,
        @DefaultValue("1d") Duration partitionWidth,
        @DefaultValue("1m") Duration cleanupInterval,
        @DefaultValue("10s") Duration searchTimeout) {

    /** How far an id may lie ahead of the database's clock, and clocks apart from each other (R9). */
    public static final Duration CLOCK_MARGIN = Duration.ofMinutes(5);

    /** Each costs a little when a list of transactions is searched, and files. */
    private static final long MAX_PARTITIONS = 1_000;

    /** How durable a decision is. */
    public enum Mode {
        /** One server. */
        SINGLE,
        /** A synchronous standby has it before anybody is told. */
        REPLICATED
    }

    public LogProperties {
        if (expectedSystemIdentifier != null && !expectedSystemIdentifier.matches("[0-9]{1,20}")) {
            throw invalid("expected-system-identifier", expectedSystemIdentifier, "a number of up to 20 digits");
        }
        check("writers", writers, 1, 16);
        check("max-batch", maxBatch, 1, 1_000);
        check("progress-delay", progressDelay, Duration.ZERO, Duration.ofSeconds(1));
        check("queue", queue, 1, 1_000_000);
        check("connections", connections, 5, 200);
        checkSeconds("socket-timeout", socketTimeout, Duration.ofSeconds(1), Duration.ofMinutes(10));
        checkSeconds("connect-timeout", connectTimeout, Duration.ofSeconds(1), Duration.ofMinutes(1));
        check("verify-interval", verifyInterval, Duration.ofMillis(100), Duration.ofMinutes(1));
        check("max-branches", maxBranches, 1, 1_000);
        check("longest-lifetime", longestLifetime, Duration.ofSeconds(1), Duration.ofDays(7));
        check("retention", retention, longestLifetime.plus(CLOCK_MARGIN), Duration.ofDays(3_650));
        checkSeconds("partition-width", partitionWidth, Duration.ofMinutes(1), Duration.ofDays(366));
        check("partition-width", partitionWidth, retention.dividedBy(MAX_PARTITIONS), Duration.ofDays(366));
        check("cleanup-interval", cleanupInterval, Duration.ofSeconds(1), Duration.ofHours(1));
        check("search-timeout", searchTimeout, Duration.ofMillis(100), Duration.ofMinutes(1));
    }

    private static void check(String property, int value, int min, int max) {
        if (value < min || value > max) {
            throw invalid(property, value, min + " to " + max);
        }
    }

    private static void check(String property, Duration value, Duration min, Duration max) {
        if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
            throw invalid(property, value, min + " to " + max);
        }
    }

    /** Counted in seconds: by the driver, or in names. */
    private static void checkSeconds(String property, Duration value, Duration min, Duration max) {
        check(property, value, min, max);
        if (value.getNano() != 0) {
            throw invalid(property, value, "whole seconds");
        }
    }

    private static IllegalArgumentException invalid(String property, Object value, String allowed) {
        return new IllegalArgumentException(
                "assent.coordinator.log." + property + " is " + value + "; allowed is " + allowed);
    }
}
