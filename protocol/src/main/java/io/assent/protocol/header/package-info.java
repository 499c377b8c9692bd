/** How a transaction travels between services: two HTTP headers in the form of RFC 9651. */
@NullMarked
package io.assent.protocol.header;

import org.jspecify.annotations.NullMarked;
