/** The words of the protocol: ids and vocabulary that coordinator and participants share. Plain Java, no I/O. */
@NullMarked
package io.assent.protocol;

import org.jspecify.annotations.NullMarked;
