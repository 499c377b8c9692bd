package io.assent.coordinator.config;

/** The configuration lets no participant be called. */
final class NoParticipantsException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    NoParticipantsException(String message) {
        super(message);
    }
}
