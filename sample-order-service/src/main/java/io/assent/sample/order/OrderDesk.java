package io.assent.sample.order;

import io.assent.participant.GlobalTransactionOutcomeUnknownException;
import io.assent.sample.order.Order.Status;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;

/**
 * Takes orders and refunds, each once for its number. Works outside of any transaction: the look for an earlier order
 * must see what others committed, and so must the answer to the customer when a checkout fails.
 */
@Service
class OrderDesk {

    /** @param repeated the same request was carried out before, and nothing was done now */
    record Taken(OrderView order, boolean repeated) {}

    /** @param repeated the same request was carried out before, and nothing was done now */
    record GivenBack(
            String refundNumber,
            String orderNumber,
            @Nullable UUID transaction,
            long amountPence,
            boolean repeated) {

        static GivenBack of(Refund refund, boolean repeated) {
            return new GivenBack(
                    refund.refundNumber(), refund.orderNumber(), refund.transaction(), refund.amountPence(), repeated);
        }
    }

    private final CheckoutService checkout;
    private final OrderQueries orders;

    OrderDesk(CheckoutService checkout, OrderQueries orders) {
        this.checkout = checkout;
        this.orders = orders;
    }

    Taken checkout(NewOrder request) {
        return orders.earlier(request)
                .map(order -> new Taken(order, true))
                .orElseGet(() -> resolved(
                        request.orderNumber(), () -> new Taken(OrderView.of(checkout.checkout(request)), false)));
    }

    /** Records an order whose payment the caller sees to, see {@link CheckoutService#record}. */
    Taken record(NewOrder request) {
        return orders.earlier(request)
                .map(order -> new Taken(order, true))
                .orElseGet(() -> new Taken(OrderView.of(checkout.record(request)), false));
    }

    GivenBack refund(NewRefund request) {
        return orders.earlier(request)
                .map(refund -> GivenBack.of(refund, true))
                .orElseGet(() -> resolved(request.refundNumber(), () -> GivenBack.of(checkout.refund(request), false)));
    }

    /** Gives back what is left of an order. Cancelling it again changes nothing. */
    OrderView cancel(String orderNumber) {
        OrderView order = orders.get(orderNumber);
        if (order.status() == Status.REFUND) {
            throw new OrderConflictException(orderNumber + " is a refund; there is nothing to cancel");
        }
        if (order.status() == Status.PAID) {
            long left = order.amountPence() - order.refundedPence();
            refund(new NewRefund("C-" + orderNumber, order.customer(), left, orderNumber));
        }
        return orders.get(orderNumber);
    }

    private static <T> T resolved(String number, Supplier<T> work) {
        try {
            return work.get();
        } catch (GlobalTransactionOutcomeUnknownException e) {
            throw new UnresolvedOrderException(number, e);
        }
    }
}
