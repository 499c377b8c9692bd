/** {@code ./bench checkout}: what a checkout over two services costs, with nobody to coordinate it, with Assent, with others. */
@NullMarked
package io.assent.benchmarks.checkout;

import org.jspecify.annotations.NullMarked;
