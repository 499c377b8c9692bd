package io.assent.sample.points.service;

import java.net.URI;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * The points provider. Both timeouts together must stay below {@code assent.participant.reservations.cancel-delay}: a cancel must not
 * overtake its try.
 *
 * @param url where it is
 * @param connectTimeout for a new connection
 * @param readTimeout for an answer
 */
@ConfigurationProperties("sample.provider")
record ProviderProperties(URI url, Duration connectTimeout, Duration readTimeout) {

    /** After this a call has arrived or never will. */
    Duration longestCall() {
        return connectTimeout.plus(readTimeout);
    }
}
