package io.assent.bank;

import io.assent.protocol.TransactionId;

/** The work of a transfer failed before anybody was asked to commit: its transaction rolls back. */
final class TransferFailedException extends RuntimeException {

    private final TransactionId transaction;
    private final RuntimeException failure;

    TransferFailedException(TransactionId transaction, RuntimeException failure) {
        super("Transaction " + transaction + " failed: " + failure.getMessage(), failure);
        this.transaction = transaction;
        this.failure = failure;
    }

    TransactionId transaction() {
        return transaction;
    }

    RuntimeException failure() {
        return failure;
    }
}
