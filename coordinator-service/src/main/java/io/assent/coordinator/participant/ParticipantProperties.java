package io.assent.coordinator.participant;

import io.assent.protocol.signature.SigningKey;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.bind.Name;
import org.springframework.util.unit.DataSize;

/**
 * Where participants may be and how they are called.
 *
 * @param allowedHosts Hosts and ports that branches may name as their address: loopback, host, *.suffix, IPv4 or [IPv6], each with an optional :port, :low-high or :* (without one, the port of the scheme).
 * @param connectTimeout Longest time to connect (10ms to 1m).
 * @param maxAddresses Participant addresses that are kept open at once; one more replaces one that is idle (1 to 100000).
 * @param plainHttp Where hosts that allowed-hosts allows may be called by http and not only by https: loopback (on this machine) or allowed (wherever they are).
 * @param sslBundle Name of the SSL bundle with the authorities that are believed of participants, and the certificate that they are shown; without it, those of the Java runtime, and none.
 * @param defaults What holds for every participant.
 * @param services By participant name: its address, and what differs from the defaults.
 * @param signature Key with which messages to participants are signed; without it they are not.
 */
@ConfigurationProperties("assent.coordinator.participants")
public record ParticipantProperties(
        @Nullable List<String> allowedHosts,
        @DefaultValue("1s") Duration connectTimeout,
        @DefaultValue("1000") int maxAddresses,
        @DefaultValue("loopback") PlainHttp plainHttp,
        @Nullable String sslBundle,
        @DefaultValue Limits defaults,
        @DefaultValue Map<String, Service> services,
        @Nullable Signature signature) {

    private static final String PREFIX = "assent.coordinator.participants.";

    /** @throws IllegalArgumentException naming the property that is out of range, and the range */
    public ParticipantProperties {
        Ranges.check(PREFIX + "connect-timeout", connectTimeout, Duration.ofMillis(10), Duration.ofMinutes(1));
        Ranges.check(PREFIX + "max-addresses", maxAddresses, 1, 100_000);
        allowedHosts = allowedHosts == null ? null : List.copyOf(allowedHosts);
        services = Map.copyOf(services);
        defaults.check(PREFIX + "defaults.");
        services.forEach((name, service) -> service.over(defaults).check(PREFIX + "services." + name + "."));
    }

    /** Where an address that a branch names may be without TLS. What is configured as an address is called as it is written. */
    public enum PlainHttp {
        /** On this machine. */
        LOOPBACK,
        /** Wherever it is allowed. */
        ALLOWED
    }

    /** The same, with another list of hosts. */
    public ParticipantProperties withAllowedHosts(List<String> hosts) {
        return new ParticipantProperties(
                hosts, connectTimeout, maxAddresses, plainHttp, sslBundle, defaults, services, signature);
    }

    /** The same, with a key. */
    ParticipantProperties signedWith(Signature key) {
        return new ParticipantProperties(
                allowedHosts, connectTimeout, maxAddresses, plainHttp, sslBundle, defaults, services, key);
    }

    /**
     * A shared key. Participants have it under the same name.
     *
     * @param keyId Its name (1 to 64 of A-Z a-z 0-9 . _ -).
     * @param secret What nobody else knows (32 to 1024 characters).
     */
    public record Signature(String keyId, String secret) {

        public Signature {
            key(keyId, secret);
        }

        SigningKey key() {
            return key(keyId, secret);
        }

        private static SigningKey key(@Nullable String keyId, @Nullable String secret) {
            if (keyId == null || secret == null) {
                throw new IllegalArgumentException(
                        PREFIX + "signature needs both: signature.key-id and signature.secret");
            }
            try {
                return SigningKey.of(keyId, secret);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(PREFIX + "signature: " + e.getMessage(), e);
            }
        }

        /** Without the secret. */
        @Override
        public String toString() {
            return "Signature[" + keyId + "]";
        }
    }

    Limits limits(String participant) {
        Service service = services.get(participant);
        return service == null ? defaults : service.over(defaults);
    }

    /**
     * Bounds of the calls to one participant; they hold for each of its addresses.
     *
     * @param prepareTimeout Longest wait for a vote, also when the deadline is later (10ms to 1h).
     * @param orderTimeout Longest wait for the answer to one message of orders (10ms to 5m).
     * @param maxConcurrentPrepares Requests for votes in flight (1 to 1000).
     * @param maxPendingPrepares Requests for votes in flight or waiting; more are not sent and count as no vote (1 to 100000).
     * @param maxConcurrentOrders Messages of orders in flight; beyond, orders travel together (1 to 100).
     * @param maxPendingOrders Orders waiting; more are left to redelivery (1 to 1000000).
     * @param ordersPerMessage Orders in one message (1 to 256).
     * @param maxAnswerSize Largest answer that is read (1KB to 16MB).
     * @param orderRetryDelay Pause before the one quick repeat after a failed connection, spread by half; further repeats are redelivery's (0s for none, to 5s).
     * @param circuitFailureRate Percentage of failed calls from which the circuit opens (1 to 100).
     * @param circuitWindow Calls that are looked at (1 to 10000).
     * @param circuitMinimumCalls Calls before the circuit may open (1 to circuit-window).
     * @param circuitOpenFor How long no calls are made then (10ms to 5m).
     * @param circuitTrialCalls Calls that are tried after that (1 to 1000).
     */
    public record Limits(
            @DefaultValue("30s") Duration prepareTimeout,
            @DefaultValue("5s") Duration orderTimeout,
            @DefaultValue("32") int maxConcurrentPrepares,
            @DefaultValue("1000") int maxPendingPrepares,
            @DefaultValue("2") int maxConcurrentOrders,
            @DefaultValue("10000") int maxPendingOrders,
            @DefaultValue("256") int ordersPerMessage,
            @DefaultValue("256KB") DataSize maxAnswerSize,
            @DefaultValue("50ms") Duration orderRetryDelay,
            @DefaultValue("50") int circuitFailureRate,
            @DefaultValue("20") int circuitWindow,
            @DefaultValue("5") int circuitMinimumCalls,
            @DefaultValue("2s") Duration circuitOpenFor,
            @DefaultValue("3") int circuitTrialCalls) {

        void check(String prefix) {
            Ranges.check(prefix + "prepare-timeout", prepareTimeout, Duration.ofMillis(10), Duration.ofHours(1));
            Ranges.check(prefix + "order-timeout", orderTimeout, Duration.ofMillis(10), Duration.ofMinutes(5));
            Ranges.check(prefix + "max-concurrent-prepares", maxConcurrentPrepares, 1, 1_000);
            Ranges.check(prefix + "max-pending-prepares", maxPendingPrepares, 1, 100_000);
            Ranges.check(prefix + "max-concurrent-orders", maxConcurrentOrders, 1, 100);
            Ranges.check(prefix + "max-pending-orders", maxPendingOrders, 1, 1_000_000);
            Ranges.check(prefix + "orders-per-message", ordersPerMessage, 1, 256);
            Ranges.check(prefix + "max-answer-size", maxAnswerSize, DataSize.ofKilobytes(1), DataSize.ofMegabytes(16));
            Ranges.check(prefix + "order-retry-delay", orderRetryDelay, Duration.ZERO, Duration.ofSeconds(5));
            Ranges.check(prefix + "circuit-failure-rate", circuitFailureRate, 1, 100);
            Ranges.check(prefix + "circuit-window", circuitWindow, 1, 10_000);
            Ranges.check(prefix + "circuit-minimum-calls", circuitMinimumCalls, 1, circuitWindow);
            Ranges.check(prefix + "circuit-open-for", circuitOpenFor, Duration.ofMillis(10), Duration.ofMinutes(5));
            Ranges.check(prefix + "circuit-trial-calls", circuitTrialCalls, 1, 1_000);
        }
    }

    /**
     * One participant. With an address or hosts of its own, the general list of hosts does not hold for it.
     *
     * @param url Base address, for branches that name none; also allowed when a branch names it.
     * @param allowedHosts Hosts and ports that this participant's branches may name, in the same form as the general list.
     * @param prepareTimeout In place of the default.
     * @param orderTimeout In place of the default.
     * @param maxConcurrentPrepares In place of the default.
     * @param maxPendingPrepares In place of the default.
     * @param maxConcurrentOrders In place of the default.
     * @param maxPendingOrders In place of the default.
     * @param ordersPerMessage In place of the default.
     * @param maxAnswerSize In place of the default.
     * @param orderRetryDelay In place of the default.
     * @param circuitFailureRate In place of the default.
     * @param circuitWindow In place of the default.
     * @param circuitMinimumCalls In place of the default.
     * @param circuitOpenFor In place of the default.
     * @param circuitTrialCalls In place of the default.
     */
    public record Service(
            @Nullable String url,
            @Nullable @Name("allowed-hosts") List<String> allowedHosts,
            @Nullable Duration prepareTimeout,
            @Nullable Duration orderTimeout,
            @Nullable Integer maxConcurrentPrepares,
            @Nullable Integer maxPendingPrepares,
            @Nullable Integer maxConcurrentOrders,
            @Nullable Integer maxPendingOrders,
            @Nullable Integer ordersPerMessage,
            @Nullable DataSize maxAnswerSize,
            @Nullable Duration orderRetryDelay,
            @Nullable Integer circuitFailureRate,
            @Nullable Integer circuitWindow,
            @Nullable Integer circuitMinimumCalls,
            @Nullable Duration circuitOpenFor,
            @Nullable Integer circuitTrialCalls) {

        Limits over(Limits defaults) {
            return new Limits(
                    or(prepareTimeout, defaults.prepareTimeout),
                    or(orderTimeout, defaults.orderTimeout),
                    or(maxConcurrentPrepares, defaults.maxConcurrentPrepares),
                    or(maxPendingPrepares, defaults.maxPendingPrepares),
                    or(maxConcurrentOrders, defaults.maxConcurrentOrders),
                    or(maxPendingOrders, defaults.maxPendingOrders),
                    or(ordersPerMessage, defaults.ordersPerMessage),
                    or(maxAnswerSize, defaults.maxAnswerSize),
                    or(orderRetryDelay, defaults.orderRetryDelay),
                    or(circuitFailureRate, defaults.circuitFailureRate),
                    or(circuitWindow, defaults.circuitWindow),
                    or(circuitMinimumCalls, defaults.circuitMinimumCalls),
                    or(circuitOpenFor, defaults.circuitOpenFor),
                    or(circuitTrialCalls, defaults.circuitTrialCalls));
        }

        private static <T> T or(@Nullable T own, T otherwise) {
            return own == null ? otherwise : own;
        }
    }
}
