package io.assent.sample.payment;

import io.assent.sample.payment.Payment.Kind;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Positive;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.Limit;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

@RestController
@Tag(name = "Payments", description = "With the header Assent-Transaction a call is a branch of that transaction")
class PaymentsController {

    record PaymentRequest(
            @NotNull @Pattern(regexp = "[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}")
            String orderNumber,

            @Customer String customer,
            @Positive @Max(Limits.PENCE) long amountPence) {}

    record PaymentReceipt(long paymentId, long balancePence) {}

    record PaymentView(
            long paymentId, String orderNumber, String customer, Kind kind, long amountPence, Instant createdAt) {

        static PaymentView of(Payment payment) {
            return new PaymentView(
                    payment.id(),
                    payment.orderNumber(),
                    payment.customer(),
                    payment.kind(),
                    payment.amountPence(),
                    payment.createdAt());
        }
    }

    record PaymentList(List<PaymentView> items) {}

    private final PaymentService service;
    private final Payments payments;
    private final SumsQuery sums;

    PaymentsController(PaymentService service, Payments payments, SumsQuery sums) {
        this.service = service;
        this.payments = payments;
        this.sums = sums;
    }

    @PostMapping("/api/payments")
    @Operation(summary = "Move money from a customer to the merchant, once for each order number")
    ResponseEntity<PaymentReceipt> pay(@Valid @RequestBody PaymentRequest request) {
        return answer(service.pay(request.orderNumber(), request.customer(), request.amountPence()));
    }

    @PostMapping("/api/refunds")
    @Operation(summary = "Move money from the merchant back to a customer, once for each order number")
    ResponseEntity<PaymentReceipt> refund(@Valid @RequestBody PaymentRequest request) {
        return answer(service.refund(request.orderNumber(), request.customer(), request.amountPence()));
    }

    @GetMapping("/api/payments")
    @Operation(summary = "Payments and refunds, newest first")
    PaymentList list(
            @RequestParam(required = false) @Nullable String customer,
            @RequestParam(defaultValue = "50") @Min(1) @Max(Limits.PAGE) int limit) {
        List<Payment> found = customer == null
                ? payments.findByOrderByIdDesc(Limit.of(limit))
                : payments.findByCustomerOrderByIdDesc(customer, Limit.of(limit));
        return new PaymentList(found.stream().map(PaymentView::of).toList());
    }

    @GetMapping("/api/sums")
    @Operation(summary = "What must hold: totalPence changes only when an account is opened")
    SumsQuery.Sums sums() {
        return sums.read();
    }

    private static ResponseEntity<PaymentReceipt> answer(PaymentService.Receipt receipt) {
        return ResponseEntity.status(receipt.repeated() ? HttpStatus.OK : HttpStatus.CREATED)
                .body(new PaymentReceipt(receipt.paymentId(), receipt.balancePence()));
    }
}
