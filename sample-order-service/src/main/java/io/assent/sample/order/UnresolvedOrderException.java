package io.assent.sample.order;

import io.assent.participant.GlobalTransactionOutcomeUnknownException;
import io.assent.protocol.TransactionId;

/** Nobody could tell in time whether an order or a refund was made: whoever wants to know asks again with its number. */
class UnresolvedOrderException extends RuntimeException {

    private final String orderNumber;
    private final TransactionId transaction;

    UnresolvedOrderException(String orderNumber, GlobalTransactionOutcomeUnknownException cause) {
        super("It is not known yet what became of " + orderNumber + "; ask again with this number", cause);
        this.orderNumber = orderNumber;
        this.transaction = cause.transactionId();
    }

    String orderNumber() {
        return orderNumber;
    }

    TransactionId transaction() {
        return transaction;
    }
}
