/** The way to participants: which addresses may be called, and calls that are bounded in time, number and size. */
@NullMarked
package io.assent.coordinator.participant;

import org.jspecify.annotations.NullMarked;
