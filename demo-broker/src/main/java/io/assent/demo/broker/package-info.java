/** A message broker on this machine. */
@NullMarked
package io.assent.demo.broker;

import org.jspecify.annotations.NullMarked;
