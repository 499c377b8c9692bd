/** Spans of what is done for a transaction; here only while traces are exported. */
@NullMarked
package io.assent.coordinator.tracing;

import org.jspecify.annotations.NullMarked;
