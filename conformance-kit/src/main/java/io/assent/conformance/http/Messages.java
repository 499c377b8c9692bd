package io.assent.conformance.http;

import io.assent.protocol.wire.WireJson;

/** The bodies of requests and answers. */
public final class Messages {

    private Messages() {}

    /** A message as it travels. */
    public static String json(Object message) {
        return WireJson.tolerant().writeValueAsString(message);
    }
}
