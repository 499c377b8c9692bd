package io.assent.sample.order;

import io.assent.sample.order.PaymentClient.PaymentRequest;
import org.springframework.stereotype.Component;
import org.springframework.web.client.HttpClientErrorException;

/** The payment service, which refuses with {@link PaymentRefusedException}. */
@Component
class PaymentGateway {

    private final PaymentClient client;
    private final ServiceCall service =
            new ServiceCall("the payment service", PaymentRefusedException::new, PaymentUnavailableException::new);

    PaymentGateway(PaymentClient client) {
        this.client = client;
    }

    void pay(String orderNumber, String customer, long amountPence) {
        service.call(() -> client.pay(new PaymentRequest(orderNumber, customer, amountPence)));
    }

    void refund(String refundNumber, String customer, long amountPence) {
        service.call(() -> client.refund(new PaymentRequest(refundNumber, customer, amountPence)));
    }

    PaymentClient.Account account(String customer) {
        return service.call(() -> {
            try {
                return client.account(customer);
            } catch (HttpClientErrorException.NotFound e) {
                throw new AccountNotFoundException(customer);
            }
        });
    }

    PaymentClient.PaymentSums sums() {
        return service.call(client::sums);
    }
}
