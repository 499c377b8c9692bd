package io.assent.benchmarks.checkout.order;

import io.assent.benchmarks.checkout.shop.OrderDesk;
import io.assent.benchmarks.checkout.shop.PaymentClient;
import io.assent.benchmarks.checkout.shop.Purchase;
import io.assent.participant.GlobalTransactional;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** The business operation. With {@code assent.enabled=false} its first annotation does nothing: that is the floor. */
@Service
class Checkout {

    private final OrderDesk orders;
    private final PaymentClient payments;

    Checkout(OrderDesk orders, PaymentClient payments) {
        this.orders = orders;
        this.payments = payments;
    }

    @GlobalTransactional
    @Transactional
    public void buy(Purchase purchase) {
        orders.insert(purchase);
        payments.pay(purchase);
    }
}
