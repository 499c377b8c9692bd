package io.assent.participant.autoconfigure;

import io.assent.protocol.signature.SigningKey;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How this service knows that a message comes from a coordinator.
 *
 * @param keys by their names, the secrets with which coordinators sign; two while one replaces the other. None: messages are not verified
 * @param window how far the clocks of coordinators and this service may be apart; 1s to 10m
 * @param maxNonces how many messages are remembered, so that none is taken twice; more within two windows are refused; 1000 to 10000000
 */
@ConfigurationProperties("assent.participant.signature")
record SignatureProperties(
        @DefaultValue Map<String, String> keys,
        @DefaultValue("2m") Duration window,
        @DefaultValue("200000") int maxNonces) {

    private static final String PREFIX = "assent.participant.signature.";

    SignatureProperties {
        keys = Map.copyOf(keys);
        Checks.range(PREFIX + "window", window, Duration.ofSeconds(1), Duration.ofMinutes(10));
        Checks.range(PREFIX + "max-nonces", maxNonces, 1_000, 10_000_000);
        signingKeys(keys);
    }

    List<SigningKey> signingKeys() {
        return signingKeys(keys);
    }

    private static List<SigningKey> signingKeys(Map<String, String> keys) {
        return keys.entrySet().stream()
                .map(key -> {
                    try {
                        return SigningKey.of(key.getKey(), key.getValue());
                    } catch (IllegalArgumentException e) {
                        throw new IllegalArgumentException(PREFIX + "keys: " + e.getMessage(), e);
                    }
                })
                .toList();
    }

    /** Without the secrets. */
    @Override
    public String toString() {
        return "SignatureProperties[keys=" + keys.keySet() + ", window=" + window + ", maxNonces=" + maxNonces + "]";
    }
}
