package io.assent.benchmarks.checkout.shop;

/**
 * What a checkout is about; the order service passes it on to the payment service as it is.
 *
 * @param id unique among purchases
 * @param payer the account that pays, 1 to {@link ShopSql#ACCOUNTS}
 * @param payee the account that is paid, another one
 * @param amount in pence
 */
public record Purchase(String id, int payer, int payee, long amount) {}
