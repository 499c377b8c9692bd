package io.assent.participant.autoconfigure;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Transactions that this service starts.
 *
 * @param defaultTimeout until the decision, for those that name no timeout; 100ms to 1h
 */
@ConfigurationProperties("assent.transaction")
public record TransactionProperties(@DefaultValue("30s") Duration defaultTimeout) {

    public TransactionProperties {
        Checks.range("assent.transaction.default-timeout", defaultTimeout, Duration.ofMillis(100), Duration.ofHours(1));
    }
}
