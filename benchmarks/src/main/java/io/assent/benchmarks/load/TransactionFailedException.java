package io.assent.benchmarks.load;

/** A transaction did not end as it should; the message says what was answered. */
public final class TransactionFailedException extends Exception {

    private static final long serialVersionUID = 1;

    private static final int TOO_MANY_REQUESTS = 429;
    private static final int SERVICE_UNAVAILABLE = 503;

    private final int status;

    /** Without an HTTP status. */
    public TransactionFailedException(String message) {
        this(message, 0);
    }

    /** @param status of the HTTP answer */
    public TransactionFailedException(String message, int status) {
        super(message);
        this.status = status;
    }

    /** Whether it was refused as too much, so that it may be tried again later. */
    public boolean isRefused() {
        return status == TOO_MANY_REQUESTS || status == SERVICE_UNAVAILABLE;
    }
}
