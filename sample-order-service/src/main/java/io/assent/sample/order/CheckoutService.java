package io.assent.sample.order;

import io.assent.participant.GlobalTransactional;
import io.assent.participant.GlobalTransactions;
import io.assent.protocol.TransactionId;
import io.assent.sample.order.Order.Status;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.Limit;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * What happens in all databases or in none: the order is written here, the money moves in the payment service, and where
 * there is a stock service it gives the goods away, and where there is a points service the customer gets points.
 */
@Service
class CheckoutService {

    private final Orders orders;
    private final Refunds refunds;
    private final PaymentGateway payments;
    private final StockGateway stock;
    private final PointsGateway points;
    private final InstantSource clock;

    CheckoutService(
            Orders orders,
            Refunds refunds,
            PaymentGateway payments,
            StockGateway stock,
            PointsGateway points,
            InstantSource clock) {
        this.orders = orders;
        this.refunds = refunds;
        this.payments = payments;
        this.stock = stock;
        this.points = points;
        this.clock = clock;
    }

    @GlobalTransactional(timeout = "10s")
    public Order checkout(NewOrder request) {
        // Saved first: a second request with this order number waits here, before it has reached anybody's money.
        Order order = record(request);
        payments.pay(request.orderNumber(), request.customer(), request.amountPence());
        stock.reserve(request.orderNumber(), request.lines());
        points.give(request.orderNumber(), request.customer(), request.amountPence());
        return order;
    }

    /** An order alone, for a caller who leads the transaction and has the payment made elsewhere. */
    @Transactional
    public Order record(NewOrder request) {
        return orders.saveAndFlush(new Order(
                request.orderNumber(),
                request.customer(),
                Status.PAID,
                request.amountPence(),
                request.lines(),
                transaction(),
                now()));
    }

    @GlobalTransactional(timeout = "10s")
    public Refund refund(NewRefund request) {
        Order order = refundedOrder(request);
        Refund refund = refunds.saveAndFlush(new Refund(request, order.orderNumber(), transaction(), now()));
        payments.refund(request.refundNumber(), request.customer(), request.amountPence());
        return refund;
    }

    private Order refundedOrder(NewRefund request) {
        String number = request.orderNumber();
        if (number != null) {
            Order order = orders.findForUpdate(number).orElseThrow(() -> new OrderNotFoundException(number));
            order.refund(request.amountPence());
            return order;
        }
        List<Order> refundable = orders.findRefundable(request.customer(), request.amountPence(), Limit.of(1));
        if (!refundable.isEmpty()) {
            refundable.get(0).refund(request.amountPence());
            return refundable.get(0);
        }
        return orders.saveAndFlush(new Order(
                request.refundNumber(),
                request.customer(),
                Status.REFUND,
                request.amountPence(),
                List.of(),
                transaction(),
                now()));
    }

    /** Kept with the order, so that one can look up later how it came to be. */
    private static @Nullable UUID transaction() {
        return GlobalTransactions.currentId().map(TransactionId::value).orElse(null);
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
