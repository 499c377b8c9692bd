package io.assent.sample.order;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.List;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

@RestController
@Tag(name = "Shop")
class ShopController {

    private final Catalogue catalogue;
    private final PaymentGateway payments;

    ShopController(Catalogue catalogue, PaymentGateway payments) {
        this.catalogue = catalogue;
        this.payments = payments;
    }

    @GetMapping("/api/products")
    @Operation(summary = "What can be bought")
    List<Catalogue.Product> products() {
        return catalogue.products();
    }

    @GetMapping("/api/customers")
    @Operation(summary = "The customers that the storefront offers to be")
    List<Catalogue.ShopCustomer> customers() {
        return catalogue.customers();
    }

    @GetMapping("/api/accounts/{customer}")
    @Operation(summary = "A customer's balance, asked from the payment service")
    PaymentClient.Account account(@PathVariable String customer) {
        return payments.account(customer);
    }
}
