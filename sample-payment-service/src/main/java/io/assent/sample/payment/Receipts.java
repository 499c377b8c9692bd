package io.assent.sample.payment;

/** Tells others of a payment. */
interface Receipts {

    /** To be called within the payment's transaction: what it sends is sent if and when that commits. */
    void send(Payment payment);
}
