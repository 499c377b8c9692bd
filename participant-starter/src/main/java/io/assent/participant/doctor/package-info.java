/** Looks for what goes wrong in practice with a participant, and says what to do about each; changes nothing. */
@NullMarked
package io.assent.participant.doctor;

import org.jspecify.annotations.NullMarked;
