package io.assent.conformance.http;

/** The other side broke a rule; the message says which and how. */
public final class CaseFailedException extends RuntimeException {

    public CaseFailedException(String message) {
        super(message);
    }

    public CaseFailedException(String message, Throwable cause) {
        super(message, cause);
    }

    /** @throws CaseFailedException with this message unless {@code condition} holds */
    public static void require(boolean condition, String message) {
        if (!condition) {
            throw new CaseFailedException(message);
        }
    }
}
