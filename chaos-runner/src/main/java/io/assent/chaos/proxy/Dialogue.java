package io.assent.chaos.proxy;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** What the two directions of one connection know of each other: which requests wait for a reply. Thread-safe. */
final class Dialogue {

    private final Deque<Exchange> open = new ArrayDeque<>();
    private volatile boolean unframed;

    /** A request goes out and expects a reply; replies come in the order of the requests. */
    synchronized void open(Exchange exchange) {
        open.add(exchange);
    }

    /** The request that the next reply answers; null if none is waiting. */
    synchronized @Nullable Exchange waiting() {
        return open.peek();
    }

    /** The reply to the oldest request is complete. */
    synchronized @Nullable Exchange answered() {
        return open.poll();
    }

    /** One direction could not be understood: the other can no longer be told what its messages answer. */
    void giveUp() {
        unframed = true;
    }

    boolean isUnframed() {
        return unframed;
    }

    /**
     * A request under way.
     *
     * @param request the message
     * @param beforeReply runs when the reply has arrived and was not handed on; null if nothing does
     */
    record Exchange(Message request, @Nullable Trigger beforeReply) {}
}
