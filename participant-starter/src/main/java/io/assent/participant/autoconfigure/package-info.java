/** Wiring, properties and the checks at start. */
@NullMarked
package io.assent.participant.autoconfigure;

import org.jspecify.annotations.NullMarked;
