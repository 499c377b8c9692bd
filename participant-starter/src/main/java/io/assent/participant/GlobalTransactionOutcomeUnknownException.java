package io.assent.participant;

import io.assent.protocol.TransactionId;
import org.jspecify.annotations.Nullable;

/**
 * Nobody could tell the decision in time (R8). The transaction may commit or may have committed: ask the coordinator with
 * {@link #transactionId()}, do not do the work again. Where nobody but this service had written, the coordinator was not
 * involved and knows nothing; the message says so, and only the service's own data tell.
 */
public final class GlobalTransactionOutcomeUnknownException extends GlobalTransactionException {

    public GlobalTransactionOutcomeUnknownException(
            TransactionId transactionId, String detail, @Nullable Throwable cause) {
        super(
                transactionId,
                "The outcome of transaction " + transactionId
                        + " is not known yet; ask the coordinator with this id before doing the work again: " + detail,
                cause);
    }

    /** Always false: the work may have been done. */
    @Override
    public boolean isRetryable() {
        return false;
    }
}
