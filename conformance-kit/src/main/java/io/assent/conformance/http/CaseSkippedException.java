package io.assent.conformance.http;

/** The case could not be tried; the message names the option that would allow it. */
public final class CaseSkippedException extends RuntimeException {

    public CaseSkippedException(String message) {
        super(message);
    }
}
