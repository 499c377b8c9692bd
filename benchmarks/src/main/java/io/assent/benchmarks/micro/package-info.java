/** {@code ./bench micro}: what the code costs alone, and what the decision log does with each size of batch. */
@NullMarked
package io.assent.benchmarks.micro;

import org.jspecify.annotations.NullMarked;
