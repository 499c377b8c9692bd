package io.assent.sample.order;

/** The payment service said no, for a reason that trying again will not change. */
class PaymentRefusedException extends RuntimeException {

    PaymentRefusedException(String reason, Throwable cause) {
        super(reason, cause);
    }
}
