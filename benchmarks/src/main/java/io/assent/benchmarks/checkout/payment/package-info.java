/** The payment service of the floor and of Assent: ordinary {@code @Transactional} code. */
@NullMarked
package io.assent.benchmarks.checkout.payment;

import org.jspecify.annotations.NullMarked;
