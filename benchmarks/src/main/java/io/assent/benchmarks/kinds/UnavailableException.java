package io.assent.benchmarks.kinds;

/** A kind cannot be measured on this machine; the message says what is missing. */
final class UnavailableException extends Exception {

    private static final long serialVersionUID = 1;

    UnavailableException(String message) {
        super(message);
    }
}
