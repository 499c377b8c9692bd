/** The commit protocol itself: what happens next, decided without doing anything. No clock, no I/O, no logger. */
@NullMarked
package io.assent.coordinator.protocol;

import org.jspecify.annotations.NullMarked;
