package io.assent.peers.seata.order;

import io.assent.benchmarks.checkout.shop.OrderDesk;
import io.assent.benchmarks.checkout.shop.PaymentClient;
import io.assent.benchmarks.checkout.shop.Purchase;
import io.seata.tm.api.TransactionalExecutor;
import io.seata.tm.api.TransactionalTemplate;
import io.seata.tm.api.transaction.TransactionInfo;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionTemplate;

/** The business operation: a global transaction around a local one, as Seata's and Spring's annotations would nest them. */
@Service
class Checkout {

    private final OrderDesk orders;
    private final PaymentClient payments;
    private final TransactionTemplate local;
    private final TransactionalTemplate global = new TransactionalTemplate();
    private final TransactionInfo description = new TransactionInfo();

    Checkout(OrderDesk orders, PaymentClient payments, TransactionTemplate local) {
        this.orders = orders;
        this.payments = payments;
        this.local = local;
        description.setName("checkout");
        description.setTimeOut(30_000);
    }

    void buy(Purchase purchase) {
        try {
            global.execute(new TransactionalExecutor() {
                @Override
                public Object execute() {
                    local.executeWithoutResult(status -> {
                        orders.insert(purchase);
                        payments.pay(purchase);
                    });
                    return purchase;
                }

                @Override
                public TransactionInfo getTransactionInfo() {
                    return description;
                }
            });
        } catch (TransactionalExecutor.ExecutionException e) {
            throw new IllegalStateException(
                    "The checkout was not carried out: " + e.getCode(), e.getOriginalException());
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
