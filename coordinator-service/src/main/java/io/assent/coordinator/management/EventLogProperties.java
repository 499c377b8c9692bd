package io.assent.coordinator.management;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What the logger {@code assent.transactions} tells.
 *
 * @param linesPerMinute Lines in a minute about orders that were not acknowledged, and as many about transactions that were taken
 *     over, of each log; at DEBUG there is no bound (1 to 1000000).
 */
@ConfigurationProperties("assent.coordinator.event-log")
public record EventLogProperties(@DefaultValue("100") int linesPerMinute) {

    /** @throws IllegalArgumentException naming the property that is out of range, and the range */
    public EventLogProperties {
        if (linesPerMinute < 1 || linesPerMinute > 1_000_000) {
            throw new IllegalArgumentException(
                    "assent.coordinator.event-log.lines-per-minute must be from 1 to 1000000, but is "
                            + linesPerMinute);
        }
    }
}
