package io.assent.sample.order;

/** The request does not go with what is recorded under its order number. */
class OrderConflictException extends RuntimeException {

    OrderConflictException(String reason) {
        super(reason);
    }
}
