package io.assent.coordinator.recovery;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Recovery passes of this instance.
 *
 * @param interval Time between two passes, spread by a quarter so that instances do not run in step (50ms to 1m).
 * @param batch Transactions that one pass takes over at most (1 to 10000).
 * @param lease How long a pass keeps other instances from taking the same ones (100ms to 1h).
 * @param finishWithin How long an instance that ends, after its last request was answered, finishes what is under way and hands over the rest (0s to 1m).
 */
@ConfigurationProperties("assent.coordinator.recovery")
public record RecoveryProperties(
        @DefaultValue("500ms") Duration interval,
        @DefaultValue("200") int batch,
        @DefaultValue("10s") Duration lease,
        @DefaultValue("2s") Duration finishWithin) {

    /** @throws IllegalArgumentException naming the property that is out of range, and the range */
    public RecoveryProperties {
        between("interval", interval, Duration.ofMillis(50), Duration.ofMinutes(1));
        between("batch", batch, 1, 10_000);
        between("lease", lease, Duration.ofMillis(100), Duration.ofHours(1));
        between("finish-within", finishWithin, Duration.ZERO, Duration.ofMinutes(1));
    }

    private static <T extends Comparable<? super T>> void between(String property, T value, T least, T most) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw new IllegalArgumentException("assent.coordinator.recovery.%s must be from %s to %s, but is %s"
                    .formatted(property, least, most, value));
        }
    }
}
