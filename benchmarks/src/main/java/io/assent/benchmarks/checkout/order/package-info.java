/** The order service of the floor, where nothing coordinates it, and of Assent. */
@NullMarked
package io.assent.benchmarks.checkout.order;

import org.jspecify.annotations.NullMarked;
