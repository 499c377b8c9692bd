/** Does what the protocol says, through a few ports; framework-free, so that a simulation can run it on one thread. */
@NullMarked
package io.assent.coordinator.engine;

import org.jspecify.annotations.NullMarked;
