/** The real engine on one thread, with a virtual clock, two coordinators, and everything else a model that fails. */
@NullMarked
package io.assent.chaos.simulation;

import org.jspecify.annotations.NullMarked;
