/** The order and the payment service with Apache Seata, as its documentation advises for services without its Spring Boot starter. */
@NullMarked
package io.assent.peers.seata;

import org.jspecify.annotations.NullMarked;
