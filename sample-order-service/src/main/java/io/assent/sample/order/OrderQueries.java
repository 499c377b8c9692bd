package io.assent.sample.order;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.Limit;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Reads orders. */
@Service
@Transactional(readOnly = true)
class OrderQueries {

    /** @param next pass it as {@code before} for the next page; null on the last one */
    record Page(List<OrderView> items, @Nullable String next) {}

    private final Orders orders;
    private final Refunds refunds;

    OrderQueries(Orders orders, Refunds refunds) {
        this.orders = orders;
        this.refunds = refunds;
    }

    public OrderView get(String number) {
        return orders.findByOrderNumber(number)
                .map(OrderView::of)
                .or(() -> refunds.findByRefundNumber(number).map(OrderView::of))
                .orElseThrow(() -> new OrderNotFoundException(number));
    }

    public Page page(@Nullable String customer, int limit, long before) {
        // One more than asked for tells whether there is another page.
        Limit more = Limit.of(limit + 1);
        List<Order> found = customer == null
                ? orders.findByIdLessThanOrderByIdDesc(before, more)
                : orders.findByCustomerAndIdLessThanOrderByIdDesc(customer, before, more);
        List<Order> shown = found.subList(0, Math.min(limit, found.size()));
        String next = found.size() > limit ? Long.toString(shown.get(limit - 1).id()) : null;
        return new Page(shown.stream().map(OrderView::of).toList(), next);
    }

    /**
     * The order that an equal request led to before.
     *
     * @throws OrderConflictException when its number was used for something else
     */
    public Optional<OrderView> earlier(NewOrder request) {
        return orders.findByOrderNumber(request.orderNumber()).map(order -> {
            if (!order.says(request)) {
                throw new OrderConflictException(
                        "Order number " + request.orderNumber() + " was used for another order of "
                                + Money.text(order.amountPence()) + " by " + order.customer());
            }
            return OrderView.of(order);
        });
    }

    /**
     * The refund that an equal request led to before.
     *
     * @throws OrderConflictException when its number was used for something else
     */
    public Optional<Refund> earlier(NewRefund request) {
        return refunds.findByRefundNumber(request.refundNumber()).map(refund -> {
            if (!refund.says(request)) {
                throw new OrderConflictException("Refund number " + request.refundNumber()
                        + " was used for another refund of " + Money.text(refund.amountPence()) + " to "
                        + refund.customer());
            }
            return refund;
        });
    }
}
