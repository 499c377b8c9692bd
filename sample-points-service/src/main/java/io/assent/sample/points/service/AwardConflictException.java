package io.assent.sample.points.service;

/** An order number that has another award already. */
class AwardConflictException extends RuntimeException {

    AwardConflictException(Award earlier) {
        super("Order " + earlier.orderNumber() + " has given " + earlier.points() + " points to " + earlier.customer());
    }
}
