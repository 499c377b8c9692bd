package io.assent.protocol.wire;

import org.jspecify.annotations.Nullable;

/**
 * A coordinator instance, as shown to people.
 *
 * @param id drawn by the process when it started
 * @param host the name of its machine or pod
 * @param address where its API listens; null before it does
 * @param port where its API listens; null before it does
 * @param version of the program
 * @param startedAt RFC 3339
 * @param lastSeen RFC 3339; when it last wrote to the decision log
 * @param alive whether that was recent
 * @param self whether it is the one that answers
 */
public record InstanceView(
        String id,
        String host,
        @Nullable String address,
        @Nullable Integer port,
        String version,
        String startedAt,
        String lastSeen,
        boolean alive,
        boolean self) {}
