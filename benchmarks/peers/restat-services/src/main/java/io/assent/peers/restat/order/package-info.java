/** The order service, which begins the transactions. */
@NullMarked
package io.assent.peers.restat.order;

import org.jspecify.annotations.NullMarked;
