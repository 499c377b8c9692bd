package io.assent.bank;

/** Another bank did not answer, or not as a bank does. */
final class PeerFailedException extends RuntimeException {

    PeerFailedException(String message, Throwable cause) {
        super(message, cause);
    }
}
