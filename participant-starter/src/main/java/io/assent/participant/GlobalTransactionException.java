package io.assent.participant;

import io.assent.protocol.TransactionId;
import org.jspecify.annotations.Nullable;

/** What became of a global transaction that did not commit as asked. */
public abstract class GlobalTransactionException extends RuntimeException {

    private final TransactionId transactionId;

    GlobalTransactionException(TransactionId transactionId, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.transactionId = transactionId;
    }

    /** The transaction; the coordinator answers {@code GET /v1/transactions/{id}} about it. */
    public TransactionId transactionId() {
        return transactionId;
    }

    /** Whether doing the whole work again in a new transaction is safe and can help. */
    public abstract boolean isRetryable();
}
