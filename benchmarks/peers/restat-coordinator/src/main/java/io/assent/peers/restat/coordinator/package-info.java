/** The coordinator of Narayana REST-AT, standalone. */
@NullMarked
package io.assent.peers.restat.coordinator;

import org.jspecify.annotations.NullMarked;
