package io.assent.sample.order;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.assent.sample.order.Catalogue.Product;
import io.assent.sample.order.Order.Status;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Positive;
import jakarta.validation.constraints.Size;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

@RestController
@Tag(name = "Checkout", description = "Each of these happens in both services or in neither")
class CheckoutController {

    record Item(
            @NotNull @Size(min = 1, max = 40) String sku,
            @Min(1) @Max(Limits.QUANTITY) int quantity) {}

    record CheckoutRequest(
            @Nullable @Pattern(regexp = Limits.ORDER_NUMBER, message = Limits.ORDER_NUMBER_RULE)
            String orderNumber,

            @Customer String customer,
            @NotEmpty @Size(max = Limits.ITEMS) List<@NotNull @Valid Item> items) {}

    record OrderRequest(
            @NotNull @Pattern(regexp = Limits.ORDER_NUMBER, message = Limits.ORDER_NUMBER_RULE)
            String orderNumber,

            @Customer String customer,
            @Positive @Max(Limits.PENCE) long amountPence) {}

    /**
     * @param transaction the global transaction that did it
     * @param refundedOrder for a refund: the order whose money it was; null when there was none
     */
    record CheckoutAnswer(
            String orderNumber,
            @Nullable UUID transaction,
            Status status,
            long amountPence,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            String refundedOrder) {}

    private final OrderDesk desk;
    private final Catalogue catalogue;
    private final OrderNumbers numbers;

    CheckoutController(OrderDesk desk, Catalogue catalogue, OrderNumbers numbers) {
        this.desk = desk;
        this.catalogue = catalogue;
        this.numbers = numbers;
    }

    @PostMapping("/api/checkout")
    @Operation(summary = "Buy: 201 paid, 200 was paid before, 409 refused, 503 rolled back or unknown: ask again")
    ResponseEntity<CheckoutAnswer> checkout(@Valid @RequestBody CheckoutRequest request) {
        return answer(desk.checkout(price(request)));
    }

    @PostMapping("/api/invoices")
    @Operation(summary = "Take a line of a till's export: an order, or a refund when its number starts with C")
    ResponseEntity<CheckoutAnswer> invoice(@RequestBody Invoice invoice) {
        Invoice.Entry entry = invoice.read();
        if (entry.refund()) {
            return answer(desk.refund(new NewRefund(entry.number(), entry.customer(), entry.amountPence(), null)));
        }
        return answer(desk.checkout(new NewOrder(entry.number(), entry.customer(), entry.amountPence(), List.of())));
    }

    @PostMapping("/api/orders")
    @Operation(summary = "Record an order without its payment, as a branch of a transaction that the caller leads")
    ResponseEntity<CheckoutAnswer> record(@Valid @RequestBody OrderRequest request) {
        return answer(
                desk.record(new NewOrder(request.orderNumber(), request.customer(), request.amountPence(), List.of())));
    }

    private NewOrder price(CheckoutRequest request) {
        Set<String> seen = new HashSet<>();
        List<OrderLine> lines = request.items().stream()
                .map(item -> {
                    Product product = catalogue
                            .product(item.sku())
                            .orElseThrow(() -> new InvalidOrderException("There is no product " + item.sku()));
                    if (!seen.add(item.sku())) {
                        throw new InvalidOrderException("Product " + item.sku() + " is listed twice");
                    }
                    return new OrderLine(product.sku(), product.name(), item.quantity(), product.pricePence());
                })
                .toList();
        String number = request.orderNumber() != null ? request.orderNumber() : numbers.next();
        long amount = lines.stream()
                .mapToLong(line -> line.quantity() * line.pricePence())
                .sum();
        return new NewOrder(number, request.customer(), amount, lines);
    }

    private static ResponseEntity<CheckoutAnswer> answer(OrderDesk.Taken taken) {
        OrderView order = taken.order();
        return ResponseEntity.status(taken.repeated() ? HttpStatus.OK : HttpStatus.CREATED)
                .body(new CheckoutAnswer(
                        order.orderNumber(), order.transaction(), order.status(), order.amountPence(), null));
    }

    private static ResponseEntity<CheckoutAnswer> answer(OrderDesk.GivenBack given) {
        String refunded = given.orderNumber().equals(given.refundNumber()) ? null : given.orderNumber();
        return ResponseEntity.status(given.repeated() ? HttpStatus.OK : HttpStatus.CREATED)
                .body(new CheckoutAnswer(
                        given.refundNumber(), given.transaction(), Status.REFUND, given.amountPence(), refunded));
    }
}
