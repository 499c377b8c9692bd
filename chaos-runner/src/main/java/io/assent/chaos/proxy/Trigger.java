package io.assent.chaos.proxy;

/**
 * Called while a message is held. It may take its time: nothing else passes on that connection in that direction.
 * Called on a thread of the proxy.
 */
@FunctionalInterface
public interface Trigger {

    /**
     * Does what the point is made for, such as killing or pausing a process.
     *
     * @return whether the message goes on
     */
    Then on(Message message) throws Exception;

    /** What becomes of the held message. */
    enum Then {
        /** It is handed on: after a pause it arrives as if nothing had happened. */
        FORWARD,
        /** It is lost and its connection is reset: the process that was to send it is dead. */
        DROP
    }
}
