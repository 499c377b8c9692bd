package io.assent.sample.order;

/** The payment service was not reached, or could not do its work now. The transaction is rolled back. */
class PaymentUnavailableException extends RuntimeException {

    PaymentUnavailableException(String reason, Throwable cause) {
        super(reason, cause);
    }
}
