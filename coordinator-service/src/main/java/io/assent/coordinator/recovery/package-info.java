/** Runs recovery passes: when, how often, and until when. What a pass does is the engine's business. */
@NullMarked
package io.assent.coordinator.recovery;

import org.jspecify.annotations.NullMarked;
