package io.assent.sample.payment;

import io.assent.sample.payment.Payment.Kind;
import org.springframework.jms.core.JmsTemplate;
import tools.jackson.databind.json.JsonMapper;

/** A message with JSON for each payment and each refund; whoever reads the queue finds each once. */
class ReceiptQueue implements Receipts {

    record Receipt(String orderNumber, String customer, Kind kind, long amountPence) {

        static Receipt of(Payment payment) {
            return new Receipt(payment.orderNumber(), payment.customer(), payment.kind(), payment.amountPence());
        }
    }

    private final JmsTemplate jms;
    private final JsonMapper json;
    private final String queue;

    ReceiptQueue(JmsTemplate jms, JsonMapper json, String queue) {
        this.jms = jms;
        this.json = json;
        this.queue = queue;
    }

    @Override
    public void send(Payment payment) {
        jms.convertAndSend(queue, json.writeValueAsString(Receipt.of(payment)));
    }
}
