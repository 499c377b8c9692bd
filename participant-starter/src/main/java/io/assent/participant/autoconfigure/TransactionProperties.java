package io.assent.participant.autoconfigure;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Transactions that this service starts.
 *
 * @param defaultTimeout until the decision, for those that name no timeout; 100ms to 1h
 * @param maxConcurrent how many are under way at once, further ones wait for their turn to start; 1 to 100000, by default what the pool, max-prepared and the request threads allow
 * @param admissionWait how long they wait before they are refused; 0 to 1m
 */
@ConfigurationProperties("assent.transaction")
public record TransactionProperties(
        @DefaultValue("30s") Duration defaultTimeout,
        @Nullable Integer maxConcurrent,
        @DefaultValue("1s") Duration admissionWait) {

    public TransactionProperties {
        Checks.range("assent.transaction.default-timeout", defaultTimeout, Duration.ofMillis(100), Duration.ofHours(1));
        if (maxConcurrent != null) {
            Checks.range("assent.transaction.max-concurrent", maxConcurrent, 1, 100_000);
        }
        Checks.range("assent.transaction.admission-wait", admissionWait, Duration.ZERO, Duration.ofMinutes(1));
    }
}
