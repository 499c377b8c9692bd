/** What a service notices of another one that floods the coordinator. */
@NullMarked
package io.assent.benchmarks.flood;

import org.jspecify.annotations.NullMarked;
