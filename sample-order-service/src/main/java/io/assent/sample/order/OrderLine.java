package io.assent.sample.order;

import jakarta.persistence.Embeddable;

/** Some pieces of one product, at the price of the day. */
@Embeddable
record OrderLine(String sku, String name, int quantity, long pricePence) {}
