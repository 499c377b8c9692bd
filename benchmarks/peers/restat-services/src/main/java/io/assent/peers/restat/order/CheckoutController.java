package io.assent.peers.restat.order;

import io.assent.benchmarks.checkout.shop.Purchase;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** One call, one checkout. */
@RestController
class CheckoutController {

    private final Checkout checkout;

    CheckoutController(Checkout checkout) {
        this.checkout = checkout;
    }

    @PostMapping("/checkouts")
    @ResponseStatus(HttpStatus.CREATED)
    void buy(@RequestBody Purchase purchase) {
        checkout.buy(purchase);
    }
}
