package io.assent.sample.order;

import io.assent.sample.order.PaymentClient.PaymentRequest;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ProblemDetail;
import org.springframework.stereotype.Component;
import org.springframework.web.client.HttpClientErrorException;
import org.springframework.web.client.ResourceAccessException;
import org.springframework.web.client.RestClientException;
import org.springframework.web.client.RestClientResponseException;

/** Calls the payment service and tells a refusal, which is final, from a failure, after which one may try again. */
@Component
class PaymentGateway {

    private final PaymentClient client;

    PaymentGateway(PaymentClient client) {
        this.client = client;
    }

    void pay(String orderNumber, String customer, long amountPence) {
        call(() -> client.pay(new PaymentRequest(orderNumber, customer, amountPence)));
    }

    void refund(String refundNumber, String customer, long amountPence) {
        call(() -> client.refund(new PaymentRequest(refundNumber, customer, amountPence)));
    }

    PaymentClient.Account account(String customer) {
        return call(() -> {
            try {
                return client.account(customer);
            } catch (HttpClientErrorException.NotFound e) {
                throw new AccountNotFoundException(customer);
            }
        });
    }

    PaymentClient.PaymentSums sums() {
        return call(client::sums);
    }

    private static <T> T call(Supplier<T> request) {
        try {
            return request.get();
        } catch (RestClientResponseException e) {
            throw translate(e);
        } catch (ResourceAccessException e) {
            throw new PaymentUnavailableException("the payment service cannot be reached", e);
        } catch (RestClientException e) {
            throw new PaymentUnavailableException("the payment service gave an answer that cannot be read", e);
        }
    }

    private static RuntimeException translate(RestClientResponseException e) {
        HttpStatusCode status = e.getStatusCode();
        String detail = detail(e);
        if (status.is4xxClientError() && status.value() != 408 && status.value() != 429) {
            return new PaymentRefusedException(
                    detail != null ? detail : "the payment service answered " + status.value(), e);
        }
        return new PaymentUnavailableException(
                "the payment service answered " + status.value() + (detail != null ? ": " + detail : ""), e);
    }

    private static @Nullable String detail(RestClientResponseException e) {
        try {
            ProblemDetail problem = e.getResponseBodyAs(ProblemDetail.class);
            return problem == null ? null : problem.getDetail();
        } catch (RuntimeException unreadable) {
            return null;
        }
    }
}
