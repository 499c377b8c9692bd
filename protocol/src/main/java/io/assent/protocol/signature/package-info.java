/**
 * How a participant knows that a message comes from a coordinator and is the one that it sent: HTTP message signatures
 * (RFC 9421) with a shared key, over the whole request.
 */
@NullMarked
package io.assent.protocol.signature;

import org.jspecify.annotations.NullMarked;
