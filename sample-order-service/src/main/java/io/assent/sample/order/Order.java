package io.assent.sample.order;

import jakarta.persistence.CollectionTable;
import jakarta.persistence.ElementCollection;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.OrderColumn;
import jakarta.persistence.SequenceGenerator;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What a customer bought and paid for. An order is never seen before it is paid: both commit together. */
@Entity
@Table(name = "shop_order")
class Order {

    enum Status {
        PAID,
        /** All of its money was given back. */
        CANCELLED,
        /** Money given back for which no order was found. */
        REFUND
    }

    @Id
    @GeneratedValue(strategy = GenerationType.SEQUENCE, generator = "shop_order_seq")
    @SequenceGenerator(name = "shop_order_seq", allocationSize = 50)
    private @Nullable Long id;

    private String orderNumber;
    private String customer;

    @Enumerated(EnumType.STRING)
    private Status status;

    private long amountPence;
    private long refundedPence;
    private @Nullable UUID transaction;
    private Instant createdAt;

    @ElementCollection
    @CollectionTable(name = "order_line", joinColumns = @JoinColumn(name = "order_id"))
    @OrderColumn(name = "line")
    private List<OrderLine> lines = new ArrayList<>();

    @SuppressWarnings("NullAway.Init")
    protected Order() {}

    Order(
            String orderNumber,
            String customer,
            Status status,
            long amountPence,
            List<OrderLine> lines,
            @Nullable UUID transaction,
            Instant createdAt) {
        this.orderNumber = orderNumber;
        this.customer = customer;
        this.status = status;
        this.amountPence = amountPence;
        this.lines.addAll(lines);
        this.transaction = transaction;
        this.createdAt = createdAt;
    }

    /** Gives back some of the money; all of it cancels the order. */
    void refund(long pence) {
        if (status != Status.PAID || pence > refundablePence()) {
            throw new OrderConflictException("Of order %s (%s) %s can be given back, not %s"
                    .formatted(
                            orderNumber,
                            status,
                            Money.text(status == Status.PAID ? refundablePence() : 0),
                            Money.text(pence)));
        }
        refundedPence += pence;
        if (refundedPence == amountPence) {
            status = Status.CANCELLED;
        }
    }

    long refundablePence() {
        return amountPence - refundedPence;
    }

    boolean says(NewOrder request) {
        return status != Status.REFUND
                && customer.equals(request.customer())
                && amountPence == request.amountPence()
                && lines.equals(request.lines());
    }

    long id() {
        if (id == null) {
            throw new IllegalStateException("An order has its id once it is saved");
        }
        return id;
    }

    String orderNumber() {
        return orderNumber;
    }

    String customer() {
        return customer;
    }

    Status status() {
        return status;
    }

    long amountPence() {
        return amountPence;
    }

    long refundedPence() {
        return refundedPence;
    }

    @Nullable
    UUID transaction() {
        return transaction;
    }

    Instant createdAt() {
        return createdAt;
    }

    List<OrderLine> lines() {
        return List.copyOf(lines);
    }
}
