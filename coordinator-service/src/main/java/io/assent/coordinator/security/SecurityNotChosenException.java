package io.assent.coordinator.security;

/** It is not said, or not whole, how callers prove who they are. */
public final class SecurityNotChosenException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String remedy;

    SecurityNotChosenException(String message, String remedy) {
        super(message);
        this.remedy = remedy;
    }

    String remedy() {
        return remedy;
    }
}
