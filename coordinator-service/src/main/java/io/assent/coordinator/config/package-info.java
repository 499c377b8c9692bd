/** Wiring and properties of the coordinator service. */
@NullMarked
package io.assent.coordinator.config;

import org.jspecify.annotations.NullMarked;
