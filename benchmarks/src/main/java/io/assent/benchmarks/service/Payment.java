package io.assent.benchmarks.service;

/**
 * Money taken from an account.
 *
 * @param id unique among payments
 * @param account from which it is taken, 1 to {@link PaymentSchema#ACCOUNTS}
 * @param amount in pence
 */
public record Payment(String id, int account, long amount) {}
