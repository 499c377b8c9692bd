/** Measures what a decision pays for everything that the log keeps. */
@NullMarked
package io.assent.chaos.growth;

import org.jspecify.annotations.NullMarked;
