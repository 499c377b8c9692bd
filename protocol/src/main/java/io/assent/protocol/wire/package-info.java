/** The JSON messages between initiators, coordinators and participants, and the problems they answer with. */
@NullMarked
package io.assent.protocol.wire;

import org.jspecify.annotations.NullMarked;
