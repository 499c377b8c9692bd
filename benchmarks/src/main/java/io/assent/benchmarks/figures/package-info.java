/** What all reports have in common: sums over rounds, what disturbed them, whether they are of use, and how they are shown. */
@NullMarked
package io.assent.benchmarks.figures;

import org.jspecify.annotations.NullMarked;
