/** A message broker as a process of its own. */
@NullMarked
package io.assent.benchmarks.broker;

import org.jspecify.annotations.NullMarked;
