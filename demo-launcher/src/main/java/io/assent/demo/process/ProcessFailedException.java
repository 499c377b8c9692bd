package io.assent.demo.process;

import org.jspecify.annotations.Nullable;

/** A child did not start, did not become ready or did not stop; the message holds the end of its log. */
public final class ProcessFailedException extends RuntimeException {

    private static final long serialVersionUID = 1;

    ProcessFailedException(String message) {
        super(message);
    }

    ProcessFailedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
