/** Spans of what is done here for a transaction, through Micrometer; only where a service traces. */
@NullMarked
package io.assent.participant.tracing;

import org.jspecify.annotations.NullMarked;
