/** Several decision logs: which transaction is in which, and what a caller sees of all of them. No framework. */
@NullMarked
package io.assent.coordinator.shard;

import org.jspecify.annotations.NullMarked;
