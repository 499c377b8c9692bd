package io.assent.conformance.coordinator;

import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Map;

/**
 * How a coordinator is reached.
 *
 * @param base its address, without {@code /v1}
 * @param listen where the kit listens as participants; the coordinator has to allow this address
 * @param headers sent with every request
 * @param patience how long the coordinator may take for what it does by itself
 */
public record CoordinatorOptions(URI base, InetSocketAddress listen, Map<String, String> headers, Duration patience) {

    public CoordinatorOptions {
        headers = Map.copyOf(headers);
    }
}
