package io.assent.participant.engine;

/** What was asked for is not known, or not done, as far as anybody can tell. Says nothing about any branch (R8). */
public final class BranchResourceException extends RuntimeException {

    public BranchResourceException(String message) {
        super(message);
    }

    public BranchResourceException(String message, Throwable cause) {
        super(message, cause);
    }
}
