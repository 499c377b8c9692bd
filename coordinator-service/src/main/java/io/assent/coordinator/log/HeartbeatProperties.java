package io.assent.coordinator.log;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The small write by which an instance finds out, all the time, whether it can decide. A value out of range ends the start
 * with a message that names the property.
 *
 * @param interval time between two heartbeats; 100 ms to 1 min
 * @param overdueAfter how long one may take before this instance refuses new work until it is through, so that nobody
 *     waits for a log that cannot decide; 200 ms to 1 min
 * @param startWait how long a start in replicated mode waits for a standby to confirm a first write; 1 s to 10 min
 * @param forgetAfter how long an instance that ended without a word is listed; 1 min to 30 d
 */
@ConfigurationProperties("assent.coordinator.heartbeat")
public record HeartbeatProperties(
        @DefaultValue("1s") Duration interval,
        @DefaultValue("2s") Duration overdueAfter,
        @DefaultValue("10s") Duration startWait,
        @DefaultValue("1h") Duration forgetAfter) {

    public HeartbeatProperties {
        check("interval", interval, Duration.ofMillis(100), Duration.ofMinutes(1));
        check("overdue-after", overdueAfter, Duration.ofMillis(200), Duration.ofMinutes(1));
        check("start-wait", startWait, Duration.ofSeconds(1), Duration.ofMinutes(10));
        check("forget-after", forgetAfter, Duration.ofMinutes(1), Duration.ofDays(30));
    }

    /** An instance that has missed a few is not called alive any more. */
    Duration silentAfter() {
        return interval.multipliedBy(3).plus(overdueAfter);
    }

    private static void check(String property, Duration value, Duration min, Duration max) {
        if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
            throw new IllegalArgumentException(
                    "assent.coordinator.heartbeat." + property + " is " + value + "; allowed is " + min + " to " + max);
        }
    }
}
