package io.assent.peers.restat.order;

import io.assent.benchmarks.checkout.shop.OrderDesk;
import io.assent.benchmarks.checkout.shop.PaymentClient;
import io.assent.benchmarks.checkout.shop.Purchase;
import io.assent.peers.restat.Bridge;
import org.jboss.jbossts.star.util.TxStatus;
import org.jboss.jbossts.star.util.TxSupport;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionTemplate;

/** The business operation: a REST-AT transaction, of which this service's JTA transaction is a participant. */
@Service
class Checkout {

    private static final long TIMEOUT_MILLIS = 30_000;

    private final OrderDesk orders;
    private final PaymentClient payments;
    private final TransactionTemplate local;
    private final Bridge bridge;
    private final String coordinator;

    Checkout(
            OrderDesk orders,
            PaymentClient payments,
            TransactionTemplate local,
            Bridge bridge,
            @Value("${bench.restat.coordinator}") String coordinator) {
        this.orders = orders;
        this.payments = payments;
        this.local = local;
        this.bridge = bridge;
        this.coordinator = coordinator;
    }

    void buy(Purchase purchase) {
        TxSupport transaction = new TxSupport(coordinator);
        transaction.startTx(TIMEOUT_MILLIS);
        try {
            bridge.enter(transaction.getDurableParticipantEnlistmentURI());
            try {
                local.executeWithoutResult(status -> {
                    orders.insert(purchase);
                    payments.pay(purchase);
                });
            } finally {
                bridge.leave();
            }
        } catch (RuntimeException e) {
            transaction.rollbackTx();
            throw e;
        }
        String outcome = TxSupport.getStatus(transaction.commitTx());
        if (!TxStatus.TransactionCommitted.name().equals(outcome)) {
            throw new IllegalStateException("The checkout was not carried out: " + outcome);
        }
    }
}
