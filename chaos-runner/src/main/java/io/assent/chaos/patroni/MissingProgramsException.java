package io.assent.chaos.patroni;

/** Programs that are not part of this project are not installed; the message says which, and how to get them. */
public final class MissingProgramsException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    MissingProgramsException(String message) {
        super(message);
    }
}
