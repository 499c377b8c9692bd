/** Plays a coordinator against a participant. */
@NullMarked
package io.assent.conformance.participant;

import org.jspecify.annotations.NullMarked;
