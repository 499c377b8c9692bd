/** Failures that one can switch on for a demonstration; absent unless {@code sample.break.enabled} is true. */
@NullMarked
package io.assent.sample.payment.breakit;

import org.jspecify.annotations.NullMarked;
