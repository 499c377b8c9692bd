package io.assent.sample.order;

import io.assent.sample.order.Order.Status;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** An order as the API shows it. */
record OrderView(
        String orderNumber,
        String customer,
        Status status,
        long amountPence,
        long refundedPence,
        @Nullable UUID transaction,
        Instant createdAt,
        List<OrderLine> lines) {

    static OrderView of(Order order) {
        return new OrderView(
                order.orderNumber(),
                order.customer(),
                order.status(),
                order.amountPence(),
                order.refundedPence(),
                order.transaction(),
                order.createdAt(),
                order.lines());
    }

    /** A refund that belongs to an order, asked for by its own number. */
    static OrderView of(Refund refund) {
        return new OrderView(
                refund.refundNumber(),
                refund.customer(),
                Status.REFUND,
                refund.amountPence(),
                0,
                refund.transaction(),
                refund.createdAt(),
                List.of());
    }
}
