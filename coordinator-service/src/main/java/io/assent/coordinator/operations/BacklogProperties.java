package io.assent.coordinator.operations;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What is decided and not complete, as the logs hold it.
 *
 * @param interval Time between two looks into the logs for the metrics about it (1s to 10m).
 */
@ConfigurationProperties("assent.coordinator.backlog")
public record BacklogProperties(@DefaultValue("15s") Duration interval) {

    /** @throws IllegalArgumentException naming the property that is out of range, and the range */
    public BacklogProperties {
        if (interval.compareTo(Duration.ofSeconds(1)) < 0 || interval.compareTo(Duration.ofMinutes(10)) > 0) {
            throw new IllegalArgumentException(
                    "assent.coordinator.backlog.interval must be from 1s to 10m, but is " + interval);
        }
    }
}
