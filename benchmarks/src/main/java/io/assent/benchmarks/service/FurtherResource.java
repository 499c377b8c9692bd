package io.assent.benchmarks.service;

/** Something besides the main database that a payment is written to, in the same transaction. */
interface FurtherResource {

    void write(Payment payment);
}
