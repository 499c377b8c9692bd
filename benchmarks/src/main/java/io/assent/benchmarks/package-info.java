/** Measures what a global transaction costs. Never part of what users run. */
@NullMarked
package io.assent.benchmarks;

import org.jspecify.annotations.NullMarked;
