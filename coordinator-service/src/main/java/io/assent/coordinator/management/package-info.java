/** What operators see: a log line per event that matters, metrics, health. */
@NullMarked
package io.assent.coordinator.management;

import org.jspecify.annotations.NullMarked;
