package io.assent.participant;

import io.assent.protocol.TransactionId;
import org.jspecify.annotations.Nullable;

/** The transaction has been rolled back: nothing of it remains, or will, in any participant. */
public final class GlobalTransactionRolledBackException extends GlobalTransactionException {

    private final String reason;
    private final boolean retryable;

    public GlobalTransactionRolledBackException(
            TransactionId transactionId, String reason, boolean retryable, @Nullable Throwable cause) {
        super(transactionId, "Transaction " + transactionId + " was rolled back: " + reason, cause);
        this.reason = reason;
        this.retryable = retryable;
    }

    /** Why, for people. */
    public String reason() {
        return reason;
    }

    /** False when the same work would be refused again, for example because an address is not allowed. */
    @Override
    public boolean isRetryable() {
        return retryable;
    }
}
