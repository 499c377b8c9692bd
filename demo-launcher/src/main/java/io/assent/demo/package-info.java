/** The demo: checkouts through the whole system, with failures, and the sums that must hold afterwards. */
@NullMarked
package io.assent.demo;

import org.jspecify.annotations.NullMarked;
