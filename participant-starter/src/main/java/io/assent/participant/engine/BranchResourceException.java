package io.assent.participant.engine;

/** The database could not be asked. Says nothing about any branch (R8). */
public final class BranchResourceException extends RuntimeException {

    public BranchResourceException(String message, Throwable cause) {
        super(message, cause);
    }
}
