package io.assent.sample.order;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

@RestController
@Tag(name = "Orders")
class OrdersController {

    /** @param totalPence what all customers and the merchant have together */
    record Books(long ordersNetPence, long paymentsNetPence, long totalPence) {}

    private final OrderQueries orders;
    private final OrderDesk desk;
    private final SumsQuery sums;
    private final PaymentGateway payments;

    OrdersController(OrderQueries orders, OrderDesk desk, SumsQuery sums, PaymentGateway payments) {
        this.orders = orders;
        this.desk = desk;
        this.sums = sums;
        this.payments = payments;
    }

    @GetMapping("/api/orders")
    @Operation(summary = "Orders, newest first")
    OrderQueries.Page list(
            @RequestParam(required = false) @Nullable String customer,
            @RequestParam(defaultValue = "20") @Min(1) @Max(Limits.PAGE) int limit,
            @RequestParam(defaultValue = "" + Long.MAX_VALUE) @Min(1) long before) {
        return orders.page(customer, limit, before);
    }

    @GetMapping("/api/orders/{orderNumber}")
    @Operation(summary = "One order; 404 also while its transaction is in doubt")
    OrderView get(@PathVariable String orderNumber) {
        return orders.get(orderNumber);
    }

    @PostMapping("/api/orders/{orderNumber}/cancellation")
    @Operation(summary = "Cancel an order and give its money back, both or neither")
    OrderView cancel(@PathVariable String orderNumber) {
        return desk.cancel(orderNumber);
    }

    @GetMapping("/api/sums")
    @Operation(summary = "What must hold: netPence here equals netPence in the payment service")
    SumsQuery.Sums sums() {
        return sums.read();
    }

    @GetMapping("/api/books")
    @Operation(summary = "Both services' sums side by side; two snapshots, so they agree when nothing is under way")
    Books books() {
        PaymentClient.PaymentSums paid = payments.sums();
        return new Books(sums.read().netPence(), paid.netPence(), paid.totalPence());
    }
}
