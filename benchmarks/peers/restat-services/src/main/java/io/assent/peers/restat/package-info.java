/** The order and the payment service with Narayana REST-AT: its bridge makes what they do in JTA a participant. */
@NullMarked
package io.assent.peers.restat;

import org.jspecify.annotations.NullMarked;
