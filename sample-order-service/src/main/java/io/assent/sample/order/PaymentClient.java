package io.assent.sample.order;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.service.annotation.GetExchange;
import org.springframework.web.service.annotation.PostExchange;

/** The payment service's API, as an ordinary HTTP interface. Inside a global transaction each call is a branch of it. */
interface PaymentClient {

    record PaymentRequest(String orderNumber, String customer, long amountPence) {}

    @JsonIgnoreProperties(ignoreUnknown = true)
    record PaymentReceipt(long paymentId, long balancePence) {}

    @JsonIgnoreProperties(ignoreUnknown = true)
    record Account(String customer, long balancePence) {}

    @JsonIgnoreProperties(ignoreUnknown = true)
    record PaymentSums(long totalPence, long netPence) {}

    @PostExchange("/api/payments")
    PaymentReceipt pay(@RequestBody PaymentRequest request);

    @PostExchange("/api/refunds")
    PaymentReceipt refund(@RequestBody PaymentRequest request);

    @GetExchange("/api/accounts/{customer}")
    Account account(@PathVariable String customer);

    @GetExchange("/api/sums")
    PaymentSums sums();
}
