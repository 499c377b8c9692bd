package io.assent.peers.restat.payment;

import io.assent.benchmarks.checkout.shop.Purchase;
import io.assent.benchmarks.checkout.shop.Till;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** One local transaction for each payment. */
@Service
class Payments {

    private final Till till;

    Payments(Till till) {
        this.till = till;
    }

    @Transactional
    public void take(Purchase purchase) {
        till.take(purchase);
    }
}
