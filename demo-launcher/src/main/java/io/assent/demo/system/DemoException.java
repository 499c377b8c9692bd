package io.assent.demo.system;

import org.jspecify.annotations.Nullable;

/** The system cannot be started or used; the message says why and what to do. */
public final class DemoException extends RuntimeException {

    private static final long serialVersionUID = 1;

    public DemoException(String message) {
        super(message);
    }

    public DemoException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
