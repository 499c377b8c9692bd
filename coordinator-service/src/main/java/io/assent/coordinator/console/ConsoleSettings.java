package io.assent.coordinator.console;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Bounds of the console.
 *
 * @param interval Time between two messages of the live stream while somebody watches (200ms to 30s).
 * @param maxListeners How many may watch the live stream of one instance at once; more are refused (1 to 1000).
 */
@ConfigurationProperties("assent.coordinator.console")
public record ConsoleSettings(
        @DefaultValue("1s") Duration interval,
        @DefaultValue("20") int maxListeners) {

    private static final String PREFIX = "assent.coordinator.console.";
    private static final Duration SHORTEST = Duration.ofMillis(200);
    private static final Duration LONGEST = Duration.ofSeconds(30);
    private static final int MOST = 1_000;

    /** @throws IllegalArgumentException naming the property that is out of range, and the range */
    public ConsoleSettings {
        if (interval.compareTo(SHORTEST) < 0 || interval.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    "%sinterval must be from %s to %s, but is %s".formatted(PREFIX, SHORTEST, LONGEST, interval));
        }
        if (maxListeners < 1 || maxListeners > MOST) {
            throw new IllegalArgumentException(
                    "%smax-listeners must be from 1 to %d, but is %d".formatted(PREFIX, MOST, maxListeners));
        }
    }
}
