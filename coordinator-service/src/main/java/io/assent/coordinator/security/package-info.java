/** Who may call, and what. Every request is authenticated here before it meets the API, the console or the actuator. */
@NullMarked
package io.assent.coordinator.security;

import org.jspecify.annotations.NullMarked;
