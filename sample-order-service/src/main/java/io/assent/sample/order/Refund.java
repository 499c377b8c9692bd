package io.assent.sample.order;

import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.SequenceGenerator;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Money given back, once for each refund number. */
@Entity
class Refund {

    @Id
    @GeneratedValue(strategy = GenerationType.SEQUENCE, generator = "refund_seq")
    @SequenceGenerator(name = "refund_seq", allocationSize = 50)
    private @Nullable Long id;

    private String refundNumber;
    private String customer;
    private long amountPence;
    private String orderNumber;
    private @Nullable UUID transaction;
    private Instant createdAt;

    @SuppressWarnings("NullAway.Init")
    protected Refund() {}

    Refund(NewRefund request, String orderNumber, @Nullable UUID transaction, Instant createdAt) {
        this.refundNumber = request.refundNumber();
        this.customer = request.customer();
        this.amountPence = request.amountPence();
        this.orderNumber = orderNumber;
        this.transaction = transaction;
        this.createdAt = createdAt;
    }

    boolean says(NewRefund request) {
        return customer.equals(request.customer())
                && amountPence == request.amountPence()
                && (request.orderNumber() == null || request.orderNumber().equals(orderNumber));
    }

    String refundNumber() {
        return refundNumber;
    }

    String customer() {
        return customer;
    }

    long amountPence() {
        return amountPence;
    }

    /** The order whose money this is; the refund's own row among the orders when there was none. */
    String orderNumber() {
        return orderNumber;
    }

    @Nullable
    UUID transaction() {
        return transaction;
    }

    Instant createdAt() {
        return createdAt;
    }
}
