/** Branches in the application's own log: the adapter of {@link io.assent.participant.TwoPhaseParticipant}. */
@NullMarked
package io.assent.participant.own;

import org.jspecify.annotations.NullMarked;
