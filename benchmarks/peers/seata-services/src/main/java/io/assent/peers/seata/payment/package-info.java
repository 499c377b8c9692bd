/** The payment service: ordinary {@code @Transactional} code. */
@NullMarked
package io.assent.peers.seata.payment;

import org.jspecify.annotations.NullMarked;
