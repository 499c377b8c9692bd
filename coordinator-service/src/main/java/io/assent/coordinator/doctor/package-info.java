/** Looks for what goes wrong in practice, and says what to do about each; changes nothing. */
@NullMarked
package io.assent.coordinator.doctor;

import org.jspecify.annotations.NullMarked;
