/**
 * The crash points and the message faults of the specification, in real processes: each is defined by a message between
 * two processes, so that none of it is in the product.
 */
@NullMarked
package io.assent.chaos.points;

import org.jspecify.annotations.NullMarked;
