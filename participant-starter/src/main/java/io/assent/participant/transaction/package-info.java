/** Hooks branches and initiated transactions into Spring's transaction management. */
@NullMarked
package io.assent.participant.transaction;

import org.jspecify.annotations.NullMarked;
