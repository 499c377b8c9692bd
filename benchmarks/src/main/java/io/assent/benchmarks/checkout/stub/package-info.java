/** Participants that do nothing, to measure a coordinator alone. */
@NullMarked
package io.assent.benchmarks.checkout.stub;

import org.jspecify.annotations.NullMarked;
