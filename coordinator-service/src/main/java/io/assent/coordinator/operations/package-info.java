/** What operators see and do, the same for the REST API and for the actuator: nothing of it is needed to commit. */
@NullMarked
package io.assent.coordinator.operations;

import org.jspecify.annotations.NullMarked;
