/** The real engine on one thread, with a virtual clock, two coordinators, and everything else a model that fails. */
@NullMarked
package io.assent.coordinator.simulation;

import org.jspecify.annotations.NullMarked;
