/** Compares a restored decision log with what participants show, so that a person can decide what it has lost. */
@NullMarked
package io.assent.coordinator.reconciliation;

import org.jspecify.annotations.NullMarked;
