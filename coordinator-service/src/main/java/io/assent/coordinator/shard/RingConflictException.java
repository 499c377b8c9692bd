package io.assent.coordinator.shard;

/** The configured logs do not fit each other, or what a log has recorded of them; the message says what to do. */
public final class RingConflictException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public RingConflictException(String message) {
        super(message);
    }
}
