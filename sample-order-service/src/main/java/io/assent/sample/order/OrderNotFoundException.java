package io.assent.sample.order;

/** No such order was paid. */
class OrderNotFoundException extends RuntimeException {

    OrderNotFoundException(String orderNumber) {
        super("There is no order " + orderNumber);
    }
}
