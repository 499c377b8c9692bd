package io.assent.benchmarks.service;

import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.jms.core.JmsTemplate;
import org.springframework.stereotype.Component;

/** One message to a broker. */
@Component
@ConditionalOnProperty(PaymentApplication.BROKER)
class ReceiptQueue implements FurtherResource {

    private final JmsTemplate jms;

    ReceiptQueue(JmsTemplate jms) {
        this.jms = jms;
    }

    @Override
    public void write(Payment payment) {
        jms.convertAndSend("receipts", payment.id());
    }
}
