package io.assent.peers.restat.payment;

import io.assent.benchmarks.checkout.shop.Purchase;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** One call, one payment. */
@RestController
class PaymentController {

    private final Payments payments;

    PaymentController(Payments payments) {
        this.payments = payments;
    }

    @PostMapping("/payments")
    @ResponseStatus(HttpStatus.CREATED)
    void pay(@RequestBody Purchase purchase) {
        payments.take(purchase);
    }
}
