package io.assent.sample.payment;

import java.util.Locale;

/** The order number was used for a payment that says something else. */
class OrderConflictException extends RuntimeException {

    OrderConflictException(Payment earlier) {
        super("Order number %s was used for a %s of %s by %s already"
                .formatted(
                        earlier.orderNumber(),
                        earlier.kind().name().toLowerCase(Locale.ROOT),
                        Money.text(earlier.amountPence()),
                        earlier.customer()));
    }
}
