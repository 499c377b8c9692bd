package io.assent.sample.order;

/** The order breaks a rule of the shop; the message says which. */
class InvalidOrderException extends RuntimeException {

    InvalidOrderException(String reason) {
        super(reason);
    }
}
