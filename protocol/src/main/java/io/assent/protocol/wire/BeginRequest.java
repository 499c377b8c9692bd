package io.assent.protocol.wire;

import org.jspecify.annotations.Nullable;

/**
 * Body of {@code POST /v1/transactions}.
 *
 * @param id a UUID of version 7, or null: the coordinator makes one
 * @param name a label for people, up to 128 characters, or null
 * @param timeout ISO 8601 duration, 100 ms to the longest lifetime; mandatory
 */
public record BeginRequest(
        @Nullable String id,
        @Nullable String name,
        @Nullable String timeout) {}
