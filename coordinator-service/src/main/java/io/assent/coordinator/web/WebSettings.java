package io.assent.coordinator.web;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * Bounds of the REST API.
 *
 * @param defaultWait How long the answer to a commit or rollback waits for completion after the decision when the request has no Prefer header (0s to max-wait).
 * @param maxWait Longest wait that a Prefer header can ask for; a longer one is shortened and the answer says so (0s to 5m).
 * @param requestTimeout After this time a request is answered "outcome unknown" although the engine is still at work (1s to 2h).
 * @param retryAfter What Retry-After says on 429 and 503 (1s to 5m).
 * @param bodyTimeout How long the body of a request may take to arrive; then it is answered 408 (1s to 5m).
 * @param maxBodySize Largest body of a request about one transaction (1KB to 1MB).
 * @param maxCommitsBodySize Largest body of POST /v1/commits (64KB to 16MB).
 * @param maxInquiriesBodySize Largest body of POST /v1/inquiries (64KB to 16MB).
 * @param maxUnreadBodies Rests of bodies that were answered already and that are waited for at once; the connections of others are closed (0 to 10000).
 * @param maxUnreadBodySize How much of such a rest is read before the connection is closed (0B to 16MB).
 * @param unreadBodyTimeout How long such a rest is read before the connection is closed (0s to 1m).
 */
@ConfigurationProperties("assent.coordinator.web")
public record WebSettings(
        @DefaultValue("5s") Duration defaultWait,
        @DefaultValue("60s") Duration maxWait,
        @DefaultValue("2m") Duration requestTimeout,
        @DefaultValue("1s") Duration retryAfter,
        @DefaultValue("10s") Duration bodyTimeout,
        @DefaultValue("64KB") DataSize maxBodySize,
        @DefaultValue("2MB") DataSize maxCommitsBodySize,
        @DefaultValue("512KB") DataSize maxInquiriesBodySize,
        @DefaultValue("10") int maxUnreadBodies,
        @DefaultValue("1MB") DataSize maxUnreadBodySize,
        @DefaultValue("1s") Duration unreadBodyTimeout) {

    private static final String PREFIX = "assent.coordinator.web.";

    /** @throws IllegalArgumentException naming the property that is out of range, and the range */
    public WebSettings {
        between(PREFIX + "max-wait", maxWait, Duration.ZERO, Duration.ofMinutes(5));
        between(PREFIX + "default-wait", defaultWait, Duration.ZERO, maxWait);
        between(PREFIX + "request-timeout", requestTimeout, Duration.ofSeconds(1), Duration.ofHours(2));
        between(PREFIX + "retry-after", retryAfter, Duration.ofSeconds(1), Duration.ofMinutes(5));
        between(PREFIX + "body-timeout", bodyTimeout, Duration.ofSeconds(1), Duration.ofMinutes(5));
        between(PREFIX + "max-body-size", maxBodySize, DataSize.ofKilobytes(1), DataSize.ofMegabytes(1));
        between(
                PREFIX + "max-commits-body-size",
                maxCommitsBodySize,
                DataSize.ofKilobytes(64),
                DataSize.ofMegabytes(16));
        between(
                PREFIX + "max-inquiries-body-size",
                maxInquiriesBodySize,
                DataSize.ofKilobytes(64),
                DataSize.ofMegabytes(16));
        between(PREFIX + "max-unread-bodies", maxUnreadBodies, 0, 10_000);
        between(PREFIX + "max-unread-body-size", maxUnreadBodySize, DataSize.ofBytes(0), DataSize.ofMegabytes(16));
        between(PREFIX + "unread-body-timeout", unreadBodyTimeout, Duration.ZERO, Duration.ofMinutes(1));
    }

    int limit(Body.Limit limit) {
        DataSize size = switch (limit) {
            case SINGLE -> maxBodySize;
            case COMMITS -> maxCommitsBodySize;
            case INQUIRIES -> maxInquiriesBodySize;
        };
        return Math.toIntExact(size.toBytes());
    }

    private static <T extends Comparable<? super T>> void between(String property, T value, T least, T most) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw new IllegalArgumentException(
                    "%s must be from %s to %s, but is %s".formatted(property, least, most, value));
        }
    }
}
