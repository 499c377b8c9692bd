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

    private final OrderQueries orders;
    private final OrderDesk desk;
    private final SumsQuery sums;

    OrdersController(OrderQueries orders, OrderDesk desk, SumsQuery sums) {
        this.orders = orders;
        this.desk = desk;
        this.sums = sums;
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
}
