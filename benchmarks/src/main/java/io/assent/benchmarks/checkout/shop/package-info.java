/** What the order and the payment service of every system have in common: the same message, the same tables, the same SQL. */
@NullMarked
package io.assent.benchmarks.checkout.shop;

import org.jspecify.annotations.NullMarked;
