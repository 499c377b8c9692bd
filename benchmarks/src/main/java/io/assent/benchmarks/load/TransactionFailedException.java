package io.assent.benchmarks.load;

/** A transaction did not end as it should; the message says what was answered. */
public final class TransactionFailedException extends Exception {

    private static final long serialVersionUID = 1;

    public TransactionFailedException(String message) {
        super(message);
    }
}
