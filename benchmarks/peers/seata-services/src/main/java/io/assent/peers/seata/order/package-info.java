/** The order service, which begins the transactions. */
@NullMarked
package io.assent.peers.seata.order;

import org.jspecify.annotations.NullMarked;
