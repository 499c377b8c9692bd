/** The page for operators at {@code /console}, and the stream of numbers that it draws. */
@NullMarked
package io.assent.coordinator.console;

import org.jspecify.annotations.NullMarked;
