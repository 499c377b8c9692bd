package io.assent.cli;

/** The coordinator did not answer, or refused; the message says which, for people. */
final class CoordinatorException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    CoordinatorException(String message) {
        super(message);
    }
}
