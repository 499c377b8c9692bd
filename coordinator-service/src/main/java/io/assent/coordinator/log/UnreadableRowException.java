package io.assent.coordinator.log;

/** A row that was not written by this program, or was damaged. It stops nothing but itself. */
final class UnreadableRowException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    UnreadableRowException(String message, Throwable cause) {
        super(message, cause);
    }
}
