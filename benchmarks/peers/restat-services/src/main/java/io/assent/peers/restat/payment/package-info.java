/** The payment service: ordinary {@code @Transactional} code. */
@NullMarked
package io.assent.peers.restat.payment;

import org.jspecify.annotations.NullMarked;
