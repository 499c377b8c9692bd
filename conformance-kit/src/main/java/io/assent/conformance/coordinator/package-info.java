/** Plays participants and initiators against a coordinator. */
@NullMarked
package io.assent.conformance.coordinator;

import org.jspecify.annotations.NullMarked;
