package io.assent.chaos.proxy;

/** The stream holds something that cannot be cut into messages; from here on it is passed byte by byte. */
final class UnframedException extends Exception {

    private static final long serialVersionUID = 1L;

    UnframedException(String message) {
        super(message);
    }
}
