/** What a branch may do next: pure rules without clock, I/O or logger. */
@NullMarked
package io.assent.participant.protocol;

import org.jspecify.annotations.NullMarked;
