/** The load: clients that run one transaction after the other, as initiators over plain HTTP. */
@NullMarked
package io.assent.benchmarks.load;

import org.jspecify.annotations.NullMarked;
