/** The REST API: turns HTTP into calls on the engine and answers into statuses and problems; decides nothing. */
@NullMarked
package io.assent.coordinator.web;

import org.jspecify.annotations.NullMarked;
