/** What operators can ask a participant, at the actuator. */
@NullMarked
package io.assent.participant.management;

import org.jspecify.annotations.NullMarked;
