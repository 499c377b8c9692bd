package io.assent.sample.payment;

import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.SequenceGenerator;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Money moved between a customer and the merchant, once for each order number. */
@Entity
class Payment {

    enum Kind {
        /** From the customer to the merchant. */
        PAYMENT,
        /** From the merchant back to the customer. */
        REFUND
    }

    @Id
    @GeneratedValue(strategy = GenerationType.SEQUENCE, generator = "payment_seq")
    @SequenceGenerator(name = "payment_seq", allocationSize = 50)
    private @Nullable Long id;

    private String orderNumber;
    private String customer;

    @Enumerated(EnumType.STRING)
    private Kind kind;

    private long amountPence;
    private Instant createdAt;

    @SuppressWarnings("NullAway.Init")
    protected Payment() {}

    Payment(String orderNumber, String customer, Kind kind, long amountPence, Instant createdAt) {
        this.orderNumber = orderNumber;
        this.customer = customer;
        this.kind = kind;
        this.amountPence = amountPence;
        this.createdAt = createdAt;
    }

    long id() {
        if (id == null) {
            throw new IllegalStateException("A payment has its id once it is saved");
        }
        return id;
    }

    String orderNumber() {
        return orderNumber;
    }

    String customer() {
        return customer;
    }

    Kind kind() {
        return kind;
    }

    long amountPence() {
        return amountPence;
    }

    Instant createdAt() {
        return createdAt;
    }

    boolean says(Kind kind, String customer, long amountPence) {
        return this.kind == kind && this.customer.equals(customer) && this.amountPence == amountPence;
    }
}
